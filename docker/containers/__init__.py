"""The Fabric network and the application in containers, from official images."""
