"""The page's verifier, asked from tests: many bundles in one run of Node."""

import base64
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

import pytest

from traceapp.ledger.offline import one_script

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "static" / "js" / "verify.js"
NODE = shutil.which("node")

needs_node = pytest.mark.skipif(NODE is None, reason="NODE IS NOT INSTALLED: the page's verifier is not tested")


def ask(pairs: Iterable[tuple[bytes, bytes]], *, script: Path = SCRIPT) -> list[dict[str, Any]]:
    """The report of each (bundle, trust file) pair; `thrown` instead of a report if it threw something."""
    with tempfile.TemporaryFile("w+") as asked:
        _write(pairs, asked)
        asked.seek(0)
        command = [str(NODE), str(Path(__file__).with_name("answer.mjs")), str(script)]
        done = subprocess.run(command, stdin=asked, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]  # a text may hold other line ends


def bare_page() -> str:
    """A page with the verifier and nothing else, for a browser to open from disk: `checker` is its interface."""
    script = one_script(SCRIPT) + "\nglobalThis.checker = { readTrust, verifyBundle };\n"
    return f'<!doctype html><meta charset="utf-8"><script type="module">{script}</script>'


def _write(pairs: Iterable[tuple[bytes, bytes]], to: TextIO) -> None:
    """A line for each trust file when it is first needed, and one for each bundle."""
    known: dict[bytes, int] = {}
    for bundle, trust in pairs:
        if trust not in known:
            known[trust] = len(known)
            to.write(json.dumps({"trust": _base64(trust)}) + "\n")
        to.write(json.dumps({"bundle": _base64(bundle), "by": known[trust]}) + "\n")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
