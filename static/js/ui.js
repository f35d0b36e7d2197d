// Small helps only. Every page reads and works without this file.
