"""`python -m docker.containers.members issue|revoke`: for a network in containers that runs."""

import sys
from pathlib import Path

from docker.containers.network import ContainerNetwork, require_docker
from docker.network import members


def running(folder: Path) -> ContainerNetwork:
    require_docker()
    return ContainerNetwork(folder / "containers", port=0)


if __name__ == "__main__":
    sys.exit(members.run("python -m docker.containers.members", running))
