"""`python -m docker.containers`: the network and the application in containers.

They go on in the background; `--down` ends them, `--upgrade` replaces the contract by the code as it is now.
"""

import argparse
import sys
from pathlib import Path

from docker.containers.network import ContainerNetwork, require_docker
from docker.containers.services import FILE, render
from docker.network.administration import CommandFailed
from docker.network.clients import clients
from docker.network.life import NotReady
from docker.network.material import write
from docker.network.topology import Topology


def main() -> int:
    """0, or 1 with a sentence."""
    parser = argparse.ArgumentParser(prog="python -m docker.containers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("var/fabric"), help="keys and ledgers are kept here")
    parser.add_argument("--port", type=int, default=8000, help="the application's")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--down", action="store_true", help="end all containers; data stay")
    what.add_argument("--upgrade", action="store_true", help="put a new definition of the contract in force")
    what.add_argument("--identities", action="store_true", help="give the members' identities to the application")
    what.add_argument("--render", action="store_true", help=f"write {FILE.name} from the network's description")
    chosen = parser.parse_args()
    if chosen.render:
        FILE.write_text(render(Topology.read(containers=True)))
        return 0
    network = ContainerNetwork(chosen.folder / "containers", port=chosen.port)
    try:
        require_docker()
        _do(network, chosen)
    except (CommandFailed, NotReady, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _do(network: ContainerNetwork, chosen: argparse.Namespace) -> None:
    if chosen.down:
        network.down()
    elif chosen.upgrade:
        network.life.sequence = network.administration.committed()
        print(f"The contract's definition has sequence {network.upgrade()} now.")
    elif chosen.identities:
        _give_identities(network)
    else:
        network.up()
        print(f"Serving on http://127.0.0.1:{chosen.port}. `python -m docker.containers --down` ends it.")


def _give_identities(network: ContainerNetwork) -> None:
    """Import a key and certificate for each client, whose organisations exist already."""
    place = network.folder / "data" / "identities"
    for one in clients(network.topology):
        attributes = {"org": one.member.pgln, "role": one.role, "custodial": "true"}
        attributes |= {"person": one.pseudonym} if one.pseudonym else {}
        key, certificate = network.material.issue_client(
            one.member.msp_id, attributes=attributes, common_name=f"{one.role}.{one.member.pgln}"
        )
        write(place / "key.pem", key)
        write(place / "cert.pem", certificate)
        files = ["--key", "/data/identities/key.pem", "--cert", "/data/identities/cert.pem"]
        network.manage("import_identity", *one.options, *files)
        (place / "key.pem").unlink()


if __name__ == "__main__":
    sys.exit(main())
