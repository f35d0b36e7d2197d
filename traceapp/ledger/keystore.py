"""Signing keys at rest: one file an organisation, encrypted with AES-256-GCM under a key derived from KEYSTORE_KEY.

Only `ledgerd` opens organisations' keys. The operator's receipt key (`receipts`) is another one, lies beside them and
is opened by web processes too: a receipt is the operator's promise, made while the sender waits, and must not need a
key that can sign for an organisation.
"""

import functools
import os
import re
import tempfile
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

_MAGIC: Final = b"traceapp-key-1\n"
_SALT: Final = 16
_NONCE: Final = 12
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class KeyStoreError(Exception):
    """A key that is not there or cannot be opened; the message says which and what to look at."""


def put(reference: str, secret: bytes, *, replace: bool = True) -> bool:
    """Store a secret under a name. False, and nothing changes, if it is taken and `replace` is not set."""
    path = _path(reference)
    nonce = os.urandom(_NONCE)
    # The name is authenticated too: one organisation's file in the place of another's does not open.
    sealed = AESGCM(_key(path.parent)).encrypt(nonce, secret, _MAGIC + reference.encode())
    return _write(path, _MAGIC + nonce + sealed, replace=replace)


def get(reference: str) -> bytes:
    """Open a secret. KeyStoreError if it is missing or damaged, or KEYSTORE_KEY is not what it was sealed with."""
    path = _path(reference)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise KeyStoreError(f"there is no key {reference!r} in {path.parent}") from None
    start = len(_MAGIC)
    nonce, sealed = data[start : start + _NONCE], data[start + _NONCE :]
    try:
        if not data.startswith(_MAGIC):
            raise InvalidTag
        return AESGCM(_key(path.parent)).decrypt(nonce, sealed, _MAGIC + reference.encode())
    except (InvalidTag, ValueError):
        raise KeyStoreError(
            f"the key file {path} does not open: it is damaged, or KEYSTORE_KEY is not the one it was written with"
        ) from None


def holds(reference: str) -> bool:
    """Whether a secret of this name is stored."""
    return _path(reference).exists()


def _path(reference: str) -> Path:
    if not _REFERENCE.fullmatch(reference):
        raise KeyStoreError(f"{reference!r} is not a name for a key")
    return Path(settings.KEYSTORE_PATH) / f"{reference}.key"


def _key(folder: Path) -> bytes:
    path = folder / "salt"
    if not path.exists():
        _write(path, os.urandom(_SALT), replace=False)
    return _derived(path.read_bytes(), str(settings.KEYSTORE_KEY))


@functools.lru_cache(maxsize=4)
def _derived(salt: bytes, passphrase: str) -> bytes:
    # scrypt, since KEYSTORE_KEY may be a passphrase: 16 MiB and some 40 ms, once a process
    return Scrypt(salt=salt, length=32, n=2**14, r=8, p=1).derive(passphrase.encode())


def _write(path: Path, data: bytes, *, replace: bool) -> bool:
    """Whole or not at all, for our eyes only. False if it exists and may not be replaced."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        if replace:
            Path(temporary).replace(path)
        else:
            os.link(temporary, path)  # fails if somebody was first
    except FileExistsError:
        return False
    finally:
        Path(temporary).unlink(missing_ok=True)
    return True
