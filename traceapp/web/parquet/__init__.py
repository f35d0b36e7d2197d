"""Tables as Parquet files, written by a process of their own: pyarrow alone would double what a web worker weighs."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

TYPE: Final = "application/vnd.apache.parquet"
ROOT: Final = Path(__file__).resolve().parents[3]
KINDS: Final = ("text", "number", "whole", "day", "moment", "yes")
"""What a column holds; days are ISO 8601 text, moments milliseconds since 1970 in UTC."""
AT_ONCE: Final = 50_000  # rows a group of the file

Row = Sequence[Any]


class NotWritten(Exception):
    """The process that writes it ended without a file; the message is what it said last."""


def written(columns: Mapping[str, str], rows: Iterable[Row], metadata: Mapping[str, str] | None = None) -> IO[bytes]:
    """An open file, at its start, gone once it is closed. `columns`: a kind a name, in the order of the rows."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            [sys.executable, "-m", "traceapp.web.parquet.writer"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=said,
            cwd=ROOT,
        )
        try:
            _tell(child, {"columns": list(columns.items()), "metadata": dict(metadata or {})}, iter(rows))
        except BaseException:
            child.kill()
            out.close()
            raise
        finally:
            child.wait()
        if child.returncode:
            out.close()
            said.seek(0)
            raise NotWritten(said.read().decode(errors="replace").strip().rpartition("\n")[2] or "it was stopped")
    out.seek(0)
    return out


def _tell(child: "subprocess.Popen[bytes]", head: dict[str, Any], rows: Iterable[Row]) -> None:
    """What the file is to be, then its rows, a line of JSON a group. One that ended early says why by itself."""
    rows = iter(rows)
    assert child.stdin is not None
    try:
        with child.stdin as pipe:
            pipe.write(json.dumps(head).encode() + b"\n")
            while group := list(islice(rows, AT_ONCE)):
                pipe.write(json.dumps(group).encode() + b"\n")
    except BrokenPipeError:
        return
