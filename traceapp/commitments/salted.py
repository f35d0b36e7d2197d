"""What is said off the ledger and held on it by its hash alone."""

import hashlib

from traceapp.commitments.canonical import Json, canonical


def salted_hash(salt: str, **said: Json) -> str:
    """SHA-256 (hex) of the canonical JSON of what is said, with its salt as the member `salt`."""
    return hashlib.sha256(canonical({**said, "salt": salt})).hexdigest()
