"""Good bundles changed by chance (of a given seed): bytes, fields, order, certificates, signatures, sizes."""

import base64
import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.proof_vectors.folder import FOLDER
from tests.proof_vectors.wire_mutations import odd
from tests.unit.verifier_network import canonical, digest, doubled, high_s, part

Path = tuple[Any, ...]
TRUST = {one["bundle"]: one["trust"] for one in json.loads((FOLDER / "vectors.json").read_bytes()) if one["verified"]}
GOOD = {name: (FOLDER / name).read_bytes() for name in TRUST}
_VALUES = [None, True, 0, 1, -1, 2**31, 2**53 - 1, "", "epcis", [], {}, "00" * 32, "AA==", [[]], {"a": 1}]


def mutated(random: Random) -> tuple[str, bytes]:
    """The name of a good bundle, and what became of it."""
    name = random.choice(list(GOOD))
    data = GOOD[name]
    if random.random() < 0.25:
        return name, bytewise(random, data)
    value = json.loads(data)
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        random.choice(_KINDS)(random, value)
    return name, canonical(value)


def jsonwise(random: Random, value: Any) -> None:
    """Change one thing in a JSON value: a member or element, its place, or what it is."""
    random.choice([_replace, _replace, _remove, _add, _shuffle, _reworded])(random, value)


def _reworded(random: Random, value: Any) -> None:
    """One text in it, byte by byte."""
    texts = [path for path in _paths(value) if path and isinstance(_get(value, path), str) and _get(value, path)]
    if texts:
        path = random.choice(texts)
        changed = bytewise(random, _get(value, path).encode()).decode(errors="replace")
        _parent(value, path)[path[-1]] = changed


def bytewise(random: Random, data: bytes) -> bytes:
    at, size = random.randrange(len(data)), random.choice([1, 1, 2, 8, 64])
    return random.choice(
        [
            lambda: data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :],
            lambda: data[:at] + data[at + size :],
            lambda: data[:at] + data[at : at + size] + data[at:],
            lambda: data[:at] + random.randbytes(size) + data[at:],
            lambda: data[:at],
            lambda: data[:at] + data[at : at + size][::-1] + data[at + size :],
            lambda: data[:at] + bytes([random.choice(b' \n{}[]",:0')]) + data[at:],
        ]
    )()


def _paths(value: Any, path: Path = ()) -> list[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [one for name, member in inner for one in _paths(member, (*path, name))]


def _parent(value: Any, path: Path) -> Any:
    for name in path[:-1]:
        value = value[name]
    return value


def _some_field(random: Random, value: Any) -> tuple[Any, Any]:
    path = random.choice(_paths(value)[1:] or [("format",)])
    return _parent(value, path), path[-1]


def _replace(random: Random, value: Any) -> None:
    parent, name = _some_field(random, value)
    parent[name] = copy.deepcopy(random.choice(_VALUES))


def _remove(random: Random, value: Any) -> None:
    parent, name = _some_field(random, value)
    if isinstance(parent, list) or name in parent:
        del parent[name]


def _add(random: Random, value: Any) -> None:
    parent, name = _some_field(random, value)
    if isinstance(parent, list):
        parent.insert(name, copy.deepcopy(random.choice([*_VALUES, parent[name]])))
    else:
        parent[random.choice(["more", "block", "device", "inclusion", "consenters", "revoked", "status"])] = (
            copy.deepcopy(random.choice(_VALUES))
        )


def _exchange(random: Random, value: Any) -> None:
    """A field, or the same part of another good bundle, in place of a field."""
    parent, name = _some_field(random, value)
    other = json.loads(random.choice(list(GOOD.values())))
    parent[name] = _get(other, random.choice(_paths(other)))


def _graft(random: Random, value: Any) -> None:
    part_of = random.choice(
        [("anchor",), ("inclusion",), ("record",), ("record", "disclosures"), ("anchor", "attestation")]
    )
    other = json.loads(random.choice(list(GOOD.values())))
    try:
        _parent(value, part_of)[part_of[-1]] = _get(other, part_of)
    except (KeyError, TypeError):
        value.clear()


def _get(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


def _shuffle(random: Random, value: Any) -> None:
    lists = [one for one in (_get(value, path) for path in _paths(value)) if isinstance(one, list)]
    if lists:
        random.shuffle(random.choice(lists))


def _encoded(random: Random, value: Any) -> None:
    """Inside what is base64: bits, sizes, protobuf fields, signatures."""
    anchor = value.get("anchor") if isinstance(value, dict) else None
    if isinstance(value, dict) and isinstance(value.get("device"), dict) and random.random() < 0.5:
        anchor = value["device"].get("anchor")
    paths = [one for one in _paths(anchor) if one and one[-1] in _BLOBS]
    if not paths:
        return
    path = random.choice(paths)
    try:
        data = base64.b64decode(_get(anchor, path), validate=True)
        changed = random.choice(_IN_BYTES)(random, data)
    except (ValueError, TypeError, IndexError):
        return
    _parent(anchor, path)[path[-1]] = base64.b64encode(changed).decode()


_BLOBS = ("proposal", "payload", "endorser", "signature", "block")
_IN_BYTES: list[Callable[[Random, bytes], bytes]] = [
    bytewise,
    bytewise,
    lambda _, data: high_s(data),
    lambda _, data: doubled(data),
    lambda random, data: data + part(random.randrange(1, 9), random.randbytes(3)),
    odd,
    odd,
    lambda _, data: data + b"\n",
    lambda _, data: data.replace(b"-----END", b"\n-----END"),
    lambda _, data: data.replace(b"\n", b"\r\n"),
    lambda _, data: data.rstrip(b"\n"),
]


def _disclosure(random: Random, value: Any) -> None:
    """A disclosure hidden, told differently, or made up."""
    record = value.get("record") if isinstance(value, dict) else None
    shown = record.get("disclosures") if isinstance(record, dict) else None
    if not isinstance(shown, list) or not shown or not all(isinstance(one, str) for one in shown):
        return
    at = random.randrange(len(shown))
    what = random.randrange(4)
    if what == 0 and isinstance(record.get("hidden"), list):
        record["hidden"].append(digest(shown.pop(at)).hex())
    elif what == 1:
        shown[at] = bytewise(random, shown[at].encode()).decode(errors="replace")
    elif what == 2:
        shown[at] = shown[at].replace("/event/", random.choice(["/event//", "/event/x", "/"]))
    else:
        shown.append(shown[at].replace("/event/", "/event/x"))


_KINDS = [_replace, _remove, _add, _exchange, _graft, _shuffle, _encoded, _encoded, _encoded, _disclosure, _disclosure]
