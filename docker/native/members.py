"""`python -m docker.native.members issue|revoke`: for a network of processes that runs."""

import json
import sys
from pathlib import Path

from docker.native import programs
from docker.native.commands import runner
from docker.network import members
from docker.network.administration import Administration, CommandFailed
from docker.network.material import Material
from docker.network.topology import Topology


class RunningNetwork:
    """What another process runs in this folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = (folder / "network").resolve()
        try:
            base = int(json.loads((self.folder / "ports.json").read_bytes())["base"])
        except FileNotFoundError:
            raise CommandFailed(f"there is no network in {folder}: name its folder with --folder") from None
        self.material = Material(self.folder / "crypto", Topology.read(base=base))
        try:
            self.administration = Administration(self.folder, self.material, runner(programs.require()))
        except programs.ProgramsMissing as error:
            raise CommandFailed(str(error)) from error


if __name__ == "__main__":
    sys.exit(members.run("python -m docker.native.members", RunningNetwork))
