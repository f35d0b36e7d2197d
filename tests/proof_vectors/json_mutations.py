"""JSON that readers could understand differently, and disclosures made of it."""

import json
from random import Random

from tests.unit.verifier_network import salt

_NUMBERS = [
    "0", "-0", "-0.0", "0e5", "1", "3.0", "1.5", "1e2", "1E2", "1e+2", "100e-2", "0.1", "0.10", "1e-7", "0.0000001", "1e21", "1e400",
    "-1e400", "9007199254740991", "9007199254740992", "9007199254740993", "-9007199254740991", "9.007199254740993e15",
    "0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827021181583404541015625", "5e-324", "4e-324",
    "2.2250738585072014e-308", "1.7976931348623157e308", "123456789012345678901234567890", "1e-400", "01", "+1", ".5", "1.", "NaN",
    "Infinity", "0x10", "1_000", "1e", "--1", "123456789012.5", "1e15", "999999999999999.9", "0.000001", "1e-6", "4.35", "1e308",
]  # fmt: skip
_TEXTS = [
    '""', '"a"', '"\\u0041"', '"\\/"', '"/"', '"\\n"', '"\\u000a"', '"\\u000A"', '"\\u001f"', '"\t"', '"\x7f"', '"\\ud800"',
    '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"😀"', '"\u2028"', '"\\u2028"', '"é"', '"e\u0301"', '"\ufeff"', '"\\x41"', "'a'",
    '"\\"', '"\ufb33"', '"\\u0000"', '"\\b\\f"', '"__proto__"', '"\\ud83d"', '"\ufffe"', '"\U0010ffff"',
]  # fmt: skip
_NAMES = [
    '"a"',
    '"b"',
    '"\\u0061"',
    '"😀"',
    '"\ufb33"',
    '"__proto__"',
    '"constructor"',
    '"0"',
    '"10"',
    '"2"',
    '""',
    '"é"',
    '"toString"',
]
_POINTERS = [
    "/event/x", "/event/x/y", "/event/epcList/2", "/event/epcList/02", "/event/epcList/-", "/event/epcList/999999999",
    "/event/epcList/1000000000", "/event/epcList/٣", "/event/epcList/³", "/event/epcList/1e1", "/event/epcList/0/x", "/event/__proto__",
    "/event/__proto__/x", "/event/constructor/x", "/event/a~0b", "/event/a~1b", "/event/a~", "/event/a~2", "/event/~01", "", "/", "//",
    "/event", "/event/", "/event//", "event/x", "/0", "/kind", "/kind/x", "/context", "/context/x", "/statement", "/message", "/more",
    "/event/\u0000", "/event/é", "/event/action/", "/event/quantityList/0/uom", "/event/list/0", "/event/list/x", "/event/list/00",
    "/event/type", "/event/errorDeclaration/reason", "/x" * 64, "/event" + "/0" * 63, "/event" + "/0" * 64, "/event/ 1", "/event/epcList/+1",
]  # fmt: skip


def value(random: Random, depth: int = 0) -> str:
    """A JSON text, or what looks like one."""
    kind = random.randrange(8 if depth < 4 else 5)
    if kind < 2:
        return random.choice(_NUMBERS)
    if kind < 4:
        return random.choice(_TEXTS)
    if kind == 4:
        return random.choice(
            ["true", "false", "null", "True", "nul", "", "undefined"] if random.random() < 0.2 else ["true", "null"]
        )
    inner = [value(random, depth + 1) for _ in range(random.randrange(4))]
    comma = random.choice([",", ",", ",", ", ", ",,"] if random.random() < 0.2 else [","])
    if kind == 5:
        return f"[{comma.join(inner)}]"
    if kind == 6 and random.random() < 0.1:
        levels = random.choice([60, 61, 62, 63, 64, 65])
        return "[" * levels + "]" * levels
    named = [f"{random.choice(_NAMES)}:{one}" for one in inner]
    return "{" + comma.join(sorted(named) if random.random() < 0.7 else named) + "}"


def disclosure(random: Random) -> str:
    """A disclosure that a genuine record might be committed with, by somebody who means no good."""
    salted = salt(random.randrange(5000, 10**9))
    if random.random() < 0.05:
        salted = random.choice([salted[:-1], salted[:-1] + "B", salted + "A", "", salted[:-1] + "=", "é" + salted[1:]])
    pointer = random.choice(_POINTERS) if random.random() < 0.7 else f"/event/x{random.randrange(100)}"
    parts = [f'"{salted}"', json.dumps(pointer, ensure_ascii=random.random() < 0.1), value(random)]
    if random.random() < 0.03:
        random.shuffle(parts)
    return random.choice(["[{}]"] * 20 + ["[{}] ", " [{}]", "[{},1]", "{{{}}}"]).format(",".join(parts))
