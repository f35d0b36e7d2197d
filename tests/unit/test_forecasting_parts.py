"""A part of a snapshot gives back the lines that it was packed of, whatever days are missing."""

import hashlib
import subprocess
import sys
from datetime import date
from uuid import UUID

import pytest

from forecasting.demand.series import SaleRow
from forecasting.facts import Fact
from forecasting.reasons import Reason
from forecasting.runtime import ROOT
from forecasting.snapshots import parts
from forecasting.table import DAYS, NUMBERS, RAW, WHOLE, WORDS, Table

DAY = date(2026, 1, 5)
UID = str(UUID(int=7))
SOLD = Fact(
    ("firm", "a"), UID, "b1", 1, [SaleRow(UID, n, "p", "q", DAY, n / 2, "KGM", 1.0, "day") for n in (0, 1)], DAY
)
WRONG = Fact(("firm", "a"), str(UUID(int=2**127)), "b2", 2, Reason.OTHER, declared=DAY)
OTHER = Fact(("firm", "c"), str(UUID(int=8)), "b2", 3, Reason.OTHER)


def held(*facts) -> Table:
    table = Table()
    for fact in facts:
        table.add(fact)
    return table


def said(table: Table) -> dict[str, list]:
    """Lines in words; facts are numbered in their order, whatever their numbers were."""
    found = {name: table.column(name).tolist() for name in (*DAYS, *WHOLE, *NUMBERS, *RAW)}
    found["fact"] = [sorted(set(found["fact"])).index(one) for one in found["fact"]]
    return found | {name: [table.words[name].all[code] for code in table.whole[name]] for name in WORDS}


@pytest.mark.parametrize("facts", [[SOLD], [WRONG], [OTHER], [SOLD, WRONG, OTHER], [OTHER, SOLD] * 9])
def test_what_is_packed_comes_back(facts):
    content = parts.packed(held(*facts))
    table = held(OTHER)
    parts.unpacked(content, hashlib.sha256(content).hexdigest(), table, {"b1", "b2"})
    assert said(table) == said(held(OTHER, *facts))


def test_lines_of_batches_that_are_not_wanted_stay_out(monkeypatch):
    monkeypatch.setattr(parts, "LINES", 3)
    content = parts.packed(held(SOLD, WRONG, OTHER, SOLD))
    table = Table()
    parts.unpacked(content, hashlib.sha256(content).hexdigest(), table, {"b2"})
    assert said(table) == said(held(WRONG, OTHER))


def test_reading_needs_no_pandas(tmp_path):
    content = parts.packed(held(SOLD, WRONG, OTHER))
    (tmp_path / "part").write_bytes(content)
    code = f"""
import sys
from forecasting.snapshots import parts
from forecasting.table import Table
content = open({str(tmp_path / "part")!r}, "rb").read()
parts.unpacked(content, {hashlib.sha256(content).hexdigest()!r}, Table(), {{"b1", "b2"}})
sys.exit("pandas" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
