"""A ledger in one SQLite file that behaves as Fabric does, failures included. One machine, not decentralised."""
