"""Signing keys at rest: one file a key, encrypted with AES-256-GCM under a key derived from KEYSTORE_KEY.

Only `ledgerd` opens organisations' keys; whoever brings or makes one only seals it. The operator's receipt key
(`receipts`) is another one, lies beside them and is opened by web processes too: a receipt is the operator's promise,
made while the sender waits, and must not need a key that can sign for an organisation.
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

from traceapp.web.problems import OutOfOrder

_MAGIC: Final = b"traceapp-key-1\n"
_SALT: Final = 16
_NONCE: Final = 12
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_PROBE: Final = "probe"
"""A seal over nothing secret: tells a wrong KEYSTORE_KEY from a damaged file."""

WRONG_KEY: Final = (
    "KEYSTORE_KEY is not the one that the keys in KEYSTORE_PATH were written with: set that one and start again, or "
    "run `manage.py rotate_keystore` where it was changed on purpose."
)


class KeyStoreError(OutOfOrder):
    """A key that is not there or cannot be opened; the message says which and what to look at."""

    words = (
        "The server's keys cannot be opened; its operator finds the reason in the log. Nothing of this request was "
        "recorded: send it again later."
    )


def put(reference: str, secret: bytes, *, replace: bool = True) -> bool:
    """Seal a secret under a name. False, and nothing changes, if it is taken and `replace` is not set."""
    path = _path(reference)
    check()
    if not (path.parent / _PROBE).exists():
        _write(path.parent / _PROBE, _sealed(path.parent, _PROBE, b""), replace=False)
    return _write(path, _sealed(path.parent, reference, secret), replace=replace)


def get(reference: str) -> bytes:
    """Open a secret. KeyStoreError if it is missing or damaged, or KEYSTORE_KEY is not what it was sealed with."""
    path = _path(reference)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise KeyStoreError(f"There is no key {reference!r} in the key store.") from None
    except OSError as error:
        raise KeyStoreError(f"The key {reference!r} cannot be read: {error.strerror}.") from error
    secret = _opened(path.parent, reference, data, _passphrase())
    if secret is None:
        check()
        raise KeyStoreError(f"The file of key {reference!r} is damaged: put it back from a copy, or import a new key.")
    return secret


def check() -> None:
    """KeyStoreError if KEYSTORE_KEY is not the one of this store. An empty store takes any."""
    folder = Path(settings.KEYSTORE_PATH)
    # A store from before there was a probe is judged by whether any key opens.
    judged = [_PROBE] if (folder / _PROBE).exists() else references()
    if judged and not any(_opens(folder, one) for one in judged):
        raise KeyStoreError(WRONG_KEY)


def holds(reference: str) -> bool:
    """Whether a secret of this name is stored."""
    return _path(reference).exists()


def remove(reference: str) -> None:
    """Forget a secret; nothing happens if it is not there."""
    _path(reference).unlink(missing_ok=True)


def references() -> list[str]:
    """The names of all secrets."""
    return sorted(path.stem for path in Path(settings.KEYSTORE_PATH).glob("*.key"))


def reseal(old_passphrase: str) -> int:
    """Seal everything anew, with KEYSTORE_KEY instead of the old passphrase. Returns how many keys there are.

    Each file is replaced whole, so after a kill it can be begun again. KeyStoreError, and nothing is changed, if the
    old passphrase opens none of what the new one does not.
    """
    folder = Path(settings.KEYSTORE_PATH)
    found: dict[str, bytes] = {}
    for name in references():
        data = (folder / _file(name)).read_bytes()
        secret = _opened(folder, name, data, _passphrase())
        if secret is None:
            secret = _opened(folder, name, data, old_passphrase)
        if secret is None:
            raise KeyStoreError(
                f"Neither the old nor the new KEYSTORE_KEY opens the key {name!r}: nothing was changed."
            )
        found[name] = secret
    for name, secret in found.items():
        _write(folder / _file(name), _sealed(folder, name, secret), replace=True)
    _write(folder / _PROBE, _sealed(folder, _PROBE, b""), replace=True)
    return len(found)


def _path(reference: str) -> Path:
    if not _REFERENCE.fullmatch(reference):
        raise KeyStoreError(f"{reference!r} is not a name for a key")
    return Path(settings.KEYSTORE_PATH) / _file(reference)


def _file(reference: str) -> str:
    return reference if reference == _PROBE else f"{reference}.key"


def _passphrase() -> str:
    return str(settings.KEYSTORE_KEY)


def _sealed(folder: Path, reference: str, secret: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    # The name is authenticated too: one organisation's file in the place of another's does not open.
    return _MAGIC + nonce + AESGCM(_key(folder, _passphrase())).encrypt(nonce, secret, _MAGIC + reference.encode())


def _opens(folder: Path, name: str) -> bool:
    return _opened(folder, name, (folder / _file(name)).read_bytes(), _passphrase()) is not None


def _opened(folder: Path, reference: str, data: bytes, passphrase: str) -> bytes | None:
    start = len(_MAGIC)
    nonce, sealed = data[start : start + _NONCE], data[start + _NONCE :]
    if not data.startswith(_MAGIC):
        return None
    try:
        return AESGCM(_key(folder, passphrase)).decrypt(nonce, sealed, _MAGIC + reference.encode())
    except (InvalidTag, ValueError):
        return None


def _key(folder: Path, passphrase: str) -> bytes:
    path = folder / "salt"
    if not path.exists():
        _write(path, os.urandom(_SALT), replace=False)
    return _derived(path.read_bytes(), passphrase)


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
