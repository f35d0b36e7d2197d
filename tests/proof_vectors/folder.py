"""The vectors of the proof format: good and forged bundles, with the answer that every verifier must give."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.proof_vectors.blocks import blocks
from tests.proof_vectors.devices import devices
from tests.proof_vectors.edges import edges
from tests.proof_vectors.forged_attestations import forged_attestations
from tests.proof_vectors.forged_files import forged_files
from tests.proof_vectors.forged_transactions import forged_transactions
from tests.proof_vectors.good import good_ones
from tests.proof_vectors.making import OK, Vector, nothing_drawn
from tests.proof_vectors.trusts import TrustVector
from tests.proof_vectors.trusts import trusts as trust_vectors
from tests.unit.verifier_blocks import Ordering
from tests.unit.verifier_network import ASKED_AT, TX_TIME, Authority, Network, pem, rfc3339

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "proof-vectors"


def vectors() -> tuple[list[Vector], dict[str, dict[str, Any]], list[TrustVector]]:
    """All vectors, the trust files to check them with by name, and those that are vectors themselves."""
    with nothing_drawn():
        network, other = Network.make(), Network.make()
        middle = Authority.make("AlbaMSP", under=network.authorities["AlbaMSP"])
        serial = f"{network.peers['CedroMSP'].certificate.serial_number:x}"
        trusts = {
            "trust": network.trust(),
            "trust-of-another-network": other.trust(network="Another network"),
            "trust-with-three": network.trust(attestations=3),
            "trust-with-revocation": network.trust(
                revoked=[{"mspId": "CedroMSP", "serial": serial, "since": rfc3339(ASKED_AT + timedelta(days=1))}]
            ),
            "trust-with-intermediate": network.trust(),
        }
        trusts["trust-with-intermediate"]["organisations"][0]["intermediateCertificates"] = [
            pem(middle.certificate).decode()
        ]
        made = [
            *good_ones(network, middle),
            *forged_files(network),
            *forged_attestations(network, middle),
            *forged_transactions(network),
        ]
        ordering = Ordering.make()
        trusts["trust-with-orderers"] = network.trust(**ordering.trust())
        trusts["trust-with-consenters"] = network.trust(**ordering.trust(consenters=True))
        made += [*blocks(network, ordering), *devices(network)]
        client = f"{network.clients['BoraMSP'].certificate.serial_number:x}"
        trusts["trust-with-revoked-client"] = network.trust(
            revoked=[{"mspId": "BoraMSP", "serial": client, "since": TX_TIME.isoformat().replace("+00:00", "Z")}]
        )
        made += edges(network, middle)
        given = list(trust_vectors(network, ordering))
    return made, trusts, given


def files() -> dict[str, bytes]:
    """What belongs in the folder, by path."""
    made, trusts, given = vectors()
    assert len({one.file for one in made}) == len(made)
    index = [
        {
            "bundle": one.file,
            "trust": f"{one.trust}.json",
            "verified": one.expected == OK,
            "reason": one.expected[0] or None,
            "step": one.expected[1] or None,
            "about": one.about,
        }
        for one in made
    ]
    content = {one.file: one.bundle for one in made}
    content |= {
        f"{name}.json": json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"
        for name, value in trusts.items()
    }
    content |= {one.file: one.data for one in given}
    listed = [{"trust": one.file, "usable": one.usable, "about": one.about} for one in given]
    content["trusts.json"] = json.dumps(listed, indent=1, ensure_ascii=False).encode() + b"\n"
    content["vectors.json"] = json.dumps(index, indent=1, ensure_ascii=False).encode() + b"\n"
    return content


def main() -> None:
    """Write the folder again; what does not belong to it is taken away."""
    wanted = files()
    for old in FOLDER.rglob("*.json"):
        if str(old.relative_to(FOLDER)) not in wanted:
            old.unlink()
    for name, data in wanted.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(data)
