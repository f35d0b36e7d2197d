"""`python -m docker.native`: the network, and the application on it, in the foreground until Ctrl-C.

`kill -HUP` of this process upgrades the contract to the code as it is now, while the network runs.
"""

import argparse
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from docker.native import application, programs
from docker.native.network import FabricNetwork
from docker.native.processes import DidNotStart
from docker.network.administration import CommandFailed
from docker.network.life import NotReady
from docker.network.topology import Topology


class Taken(Exception):
    """Another process runs the network of this folder."""


def main() -> int:
    """0 when ended by the user, 1 with a sentence otherwise."""
    parser = argparse.ArgumentParser(prog="python -m docker.native", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("var/fabric"), help="keys, ledgers and logs are kept here")
    parser.add_argument("--port", type=int, default=8000, help="the application's")
    parser.add_argument("--base", type=int, default=None, help="first port of the network (default: the description's)")
    parser.add_argument("--network-only", action="store_true", help="do not start the application")
    parser.add_argument("--check", action="store_true", help="only say whether Fabric's programs are there")
    chosen = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell starts background jobs with SIGINT ignored
        signal.signal(number, _interrupt)
    try:
        programs.require()
        if chosen.check:
            return 0
        with _locked(chosen.folder), contextlib.suppress(KeyboardInterrupt):
            _run(chosen)
    except (programs.ProgramsMissing, DidNotStart, NotReady, CommandFailed, application.DidNotServe, Taken) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The network cannot run in {chosen.folder}: {error}. Choose another with --folder.", file=sys.stderr)
        return 1
    print("Ended. Everything is kept in", chosen.folder)
    return 0


def _run(chosen: argparse.Namespace) -> None:
    base = chosen.base if chosen.base is not None else Topology.read().base
    print("Starting the network (three organisations, three orderers) ...", flush=True)
    with FabricNetwork(chosen.folder / "network", base=base) as network:
        _say(network)
        wanted: list[int] = []
        signal.signal(signal.SIGHUP, lambda *_: wanted.append(1))
        running = None if chosen.network_only else application.start(network, chosen.folder, chosen.port)
        try:
            while running is None or running.poll() is None:
                if wanted:
                    wanted.clear()
                    print(f"The contract's definition has sequence {network.upgrade()} now.", flush=True)
                _tend(network)
                time.sleep(1)
        finally:
            if running:
                application.stop(running)


def _say(network: FabricNetwork) -> None:
    for server in (*network.orderers, *network.peers):
        print(f"  {server.name:<24}{server.endpoint}")
    print(f"Contract {network.chaincode}, sequence {network.sequence}, on channel {network.channel}.")
    print(f"For clients: {network.connection_file}")
    print(f"`kill -HUP {os.getpid()}` puts the contract as it is now in force.", flush=True)


def _tend(network: FabricNetwork) -> None:
    """Start again what has ended by itself."""
    expected = [server.name for server in (*network.orderers, *network.peers)] + network.contracts
    for name in expected:
        if not network.processes.runs(name):
            print(f"{name} ended; starting it again (its log: {network.log(name)})", flush=True)
            network.restart(name, wait=False)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Taken(
                f"another process runs the network in {folder}; end it first, or choose another folder"
            ) from None
        yield


def _interrupt(number: int, frame: object) -> None:
    # What starts us may pass Ctrl-C on though the terminal sent it to us already: ending must not be cut off by that.
    for again in (signal.SIGTERM, signal.SIGINT):
        signal.signal(again, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
