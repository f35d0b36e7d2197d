"""What an organisation's administrators do about its clients' certificates: issue one, revoke one."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from docker.network import connection
from docker.network.administration import Administration, CommandFailed
from docker.network.life import NotReady
from docker.network.material import BACKDATE, LIFE, Material, write
from docker.network.revoke import revoke
from docker.network.topology import Organisation
from docker.network.update import NotInChannel
from traceapp.ledger.identities import new_key, public_key_pem
from traceapp.ledger.revocation import parse_serial

RECORDER = "recorder"


class Network(Protocol):
    """A network in a folder, that runs."""

    folder: Path
    material: Material
    administration: Administration


class Refused(ValueError):
    """What was asked for cannot be done; a sentence."""


def run(program: str, open_network: Callable[[Path], Network], arguments: Sequence[str] | None = None) -> int:
    """The command: 0, or 1 with a sentence."""
    chosen = _parser(program).parse_args(arguments)
    try:
        network = open_network(chosen.folder)
        act = _issue if chosen.what == "issue" else _revoke
        print(act(network, chosen))
    except (Refused, NotInChannel, CommandFailed, NotReady, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program, description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("var/fabric"), help="of the network")
    kinds = parser.add_subparsers(dest="what", required=True)
    issue = kinds.add_parser(
        "issue", help="a certificate with the attributes org and role, by the organisation's own CA"
    )
    issue.add_argument("msp_id")
    issue.add_argument("--out", type=Path, required=True, help="folder for cert.pem (and key.pem, without --request)")
    issue.add_argument("--request", type=Path, help="a certificate request (PKCS#10, PEM) to sign")
    issue.add_argument("--role", default=RECORDER)
    issue.add_argument("--days", type=int, default=LIFE.days)
    ended = kinds.add_parser("revoke", help="have every peer refuse a certificate, by an update of the channel")
    ended.add_argument("msp_id")
    which = ended.add_mutually_exclusive_group(required=True)
    which.add_argument("--serial", help="serial number in hex")
    which.add_argument("--certificate", type=Path, help="the certificate, PEM")
    return parser


def _issue(network: Network, chosen: argparse.Namespace) -> str:
    member = _member(network, chosen.msp_id)
    key = None if chosen.request else new_key()
    public = public_key_pem(key) if key else _requested(chosen.request)
    start = datetime.now(UTC) - BACKDATE
    certificate = network.material.sign_client(
        member.msp_id,
        public,
        attributes={"org": member.pgln, "role": chosen.role},
        common_name=f"{chosen.role}.{member.pgln}",
        valid=(start, start + BACKDATE + timedelta(days=chosen.days)),
    )
    write(chosen.out / "cert.pem", certificate)
    if key:
        write(chosen.out / "key.pem", key)
    serial = x509.load_pem_x509_certificate(certificate).serial_number
    bring = f"manage.py import_identity {member.msp_id} --cert {chosen.out / 'cert.pem'}"
    return f"Certificate {serial:x} of {member.name}. Bring it: {bring}" + (
        f" --key {chosen.out / 'key.pem'}" if key else ""
    )


def _requested(path: Path) -> bytes:
    try:
        wanted = x509.load_pem_x509_csr(path.read_bytes())
    except ValueError as error:
        raise Refused(f"{path} is no certificate request in PEM.") from error
    if not wanted.is_signature_valid:
        raise Refused(f"{path} is not signed with the key that it asks a certificate for.")
    return wanted.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _revoke(network: Network, chosen: argparse.Namespace) -> str:
    member = _member(network, chosen.msp_id)
    try:
        serial = parse_serial(chosen.serial) if chosen.serial else _serial(chosen.certificate)
    except ValueError as error:
        raise Refused(f"{error}.") from error
    since = revoke(network.administration, network.material, member.msp_id, serial)
    connection.write_again(network.folder / "application", network.material)
    return f"Certificate {serial:x} of {member.name} is revoked since {since:%Y-%m-%d %H:%M:%S} UTC."


def _serial(path: Path) -> int:
    return x509.load_pem_x509_certificate(path.read_bytes()).serial_number


def _member(network: Network, msp_id: str) -> Organisation:
    try:
        return network.material.topology.organisation(msp_id)
    except KeyError as error:
        raise Refused(f"{error.args[0]}.") from error
