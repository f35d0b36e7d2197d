"""`docs/conformance.md` names tests that exist, and leaves out nothing that the standard's lists have."""

import json
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "conformance.md").read_text()
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith(("| ---", "| re", "| su"))]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(?:\w+::)?(test_\w+)`", TABLE)))
STANDARD = Path(os.environ.get("TRACEAPP_DATA", ROOT.parent / "shared" / "data")) / "epcis"
needs_standard = pytest.mark.skipif(not STANDARD.is_dir(), reason=f"no copy of the standard's lists at {STANDARD}")


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_the_table_names_exists(file, name):
    assert re.search(rf"^\s*def {name}\(", (ROOT / file).read_text(), re.MULTILINE)


def test_every_row_names_its_test_or_says_that_there_is_none():
    assert len(ROWS) > 80
    assert not [row for row in ROWS if "::test_" not in row and not row.endswith("| — |")]


@needs_standard
def test_every_step_of_the_requirements_has_a_row():
    for file in (STANDARD / "Conformance Requirements").rglob("*.md"):
        text = file.read_text()
        requirement = re.search(r"TCR-\d+", text)[0]
        for step in re.findall(r"^\| (\d+) \|", text, re.MULTILINE):
            assert f"| {requirement} step {step} |" in TABLE


@needs_standard
def test_every_method_of_every_path_has_a_row():
    description = json.loads((STANDARD / "REST Bindings" / "openapi.json").read_text())
    for path, methods in description["paths"].items():
        for method in methods.keys() & {"get", "post", "delete", "options"}:
            assert f"| {method.upper()} {path} |" in TABLE
