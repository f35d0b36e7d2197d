"""The Fabric network as plain processes on 127.0.0.1, for people without Docker and for tests."""

from docker.native.network import FabricNetwork
from docker.native.programs import ProgramsMissing, require

__all__ = ["FabricNetwork", "ProgramsMissing", "require"]
