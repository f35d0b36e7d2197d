"""The pinned trust file: whose signatures this process believes. Written once; a change must be explained.

A ledger that suddenly shows other certificates may be another ledger. So what is pinned stays, except where this very
instance let organisations join (the embedded ledger): then the file gets a new version, and the old one is kept.
"""

import functools
import json
import os
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from traceapp.verifier.errors import TrustError
from traceapp.verifier.trust import Trust, parse_trust

_FIXED: Final = (
    *(
        "format",
        "network",
        "demo",
        "genesis",
        "channel",
        "chaincode",
        "attestations",
        "ordererOrganisations",
        "consenters",
    ),
)


class TrustChanged(Exception):
    """The ledger shows another trust than the pinned one. Somebody has to look before anything goes on."""


class NotPinned(Exception):
    """There is no trust file yet: nothing can be verified."""


def pinned() -> Trust:
    """The pinned trust, read again only when the file changed. NotPinned, or TrustError for a damaged file."""
    path = Path(settings.TRUST_PATH)
    try:
        state = path.stat()
    except FileNotFoundError:
        raise NotPinned("no trust file is pinned yet; it is written when ledgerd first reaches the ledger") from None
    return _parsed(path, state.st_mtime_ns, state.st_size, state.st_ino)


def is_pinned() -> bool:
    """Whether there is a trust file."""
    return Path(settings.TRUST_PATH).exists()


@functools.lru_cache(maxsize=4)
def _parsed(path: Path, _modified: int, _size: int, _inode: int) -> Trust:
    return parse_trust(path.read_bytes())


def pin(content: Mapping[str, Any], *, admitted: Collection[str] = ()) -> None:
    """Pin the ledger's trust at first sight; later make sure that it is still the same.

    `admitted`: MSP ids that this instance itself may let join. Raises TrustChanged, or TrustError for unusable content.
    """
    parse_trust(_text(content))
    path = Path(settings.TRUST_PATH)
    try:
        known = json.loads(path.read_bytes())
    except FileNotFoundError:
        _write(path, _text(content))
        return
    except ValueError as error:
        raise TrustError(f"the trust file {path} cannot be read: {error}") from error
    if _without_version(known) == _without_version(content):
        return
    why = _unexplained(known, content, admitted)
    if why:
        raise TrustChanged(
            f"{why} The certificates pinned in {path} stay in force and nothing more is sent. If the change is right, "
            "move that file away and start ledgerd again."
        )
    version = int(known["version"])
    _write(path.with_name(f"{path.stem}-v{version}{path.suffix}"), _text(known))
    _write(path, _text({**content, "version": max(version + 1, int(content["version"]))}))


def _unexplained(known: Mapping[str, Any], shown: Mapping[str, Any], admitted: Collection[str]) -> str:
    """What differs beyond organisations joining, in words; empty if nothing does."""
    for name in _FIXED:
        if known.get(name) != shown.get(name):
            return f"The ledger shows another {name} than before."
    before = {one["mspId"]: one for one in known["organisations"]}
    now = {one["mspId"]: one for one in shown["organisations"]}
    for msp_id, one in before.items():
        if now.get(msp_id) != one:
            return f"The ledger shows other certificates for {msp_id} than before."
    strangers = sorted(now.keys() - before.keys() - set(admitted))
    if strangers:
        return f"Organisations unknown here joined the ledger: {', '.join(strangers)}."
    if shown["endorsement"][: len(known["endorsement"])] != known["endorsement"]:
        return "The ledger shows another endorsement rule for the past than before."
    if any(one not in shown.get("revoked", []) for one in known.get("revoked", [])):
        return "The ledger no longer shows a certificate as revoked."
    return ""


def export() -> bytes:
    """The pinned file's bytes, for a stranger to check proofs with. NotPinned if there is none."""
    try:
        return Path(settings.TRUST_PATH).read_bytes()
    except FileNotFoundError:
        raise NotPinned("no trust file is pinned yet: start ledgerd once") from None


def _without_version(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != "version"}


def _text(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, also when the power fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
