"""Run Fabric's own commands as processes."""

import subprocess
from collections.abc import Mapping, Sequence

from docker.native.processes import clean_environment
from docker.network.administration import CommandFailed, Run


def runner(programs: Mapping[str, str]) -> Run:
    """By the path of each program."""

    def run(program: str, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
        done = subprocess.run(
            [programs[program], *arguments],
            env=clean_environment(**environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"{program} {' '.join(arguments[:3])} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout + done.stderr if program == "osnadmin" else done.stdout

    return run
