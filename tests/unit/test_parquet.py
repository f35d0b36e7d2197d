"""Parquet files come from a process of their own, with the rows that went in."""

import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from traceapp.web import parquet

COLUMNS = {"name": "text", "much": "number", "many": "whole", "on": "day", "at": "moment", "ok": "yes"}
ROWS = [["Äpfel", 0.1, 3, "2026-02-28", 1_700_000_000_123, True], [None, None, None, None, None, None]]


def test_what_goes_in_is_what_the_file_holds():
    import pyarrow.parquet as pq

    with parquet.written(COLUMNS, ROWS, {"run": "7"}) as file:
        table = pq.read_table(file)
    assert table.schema.metadata[b"run"] == b"7"
    first, second = table.to_pylist()
    assert first == {
        "name": "Äpfel", "much": 0.1, "many": 3, "on": date(2026, 2, 28), "ok": True,
        "at": datetime(2023, 11, 14, 22, 13, 20, 123000, UTC),
    }  # fmt: skip
    assert set(second.values()) == {None}


def test_a_file_without_rows_has_its_columns():
    import pyarrow.parquet as pq

    with parquet.written(COLUMNS, []) as file:
        assert pq.read_table(file).column_names == list(COLUMNS)


def test_what_cannot_be_written_is_said_and_leaves_no_process_behind():
    with pytest.raises(parquet.NotWritten, match="three"):
        parquet.written({"many": "whole"}, [["three"]])


def test_rows_that_fail_to_come_are_no_file():
    def rows():
        yield [1]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        parquet.written({"many": "whole"}, rows())


def test_whoever_asks_for_a_file_loads_no_pyarrow():
    code = (
        "from traceapp.web import parquet; import sys; "
        "parquet.written({'a': 'text'}, [['b']]).close(); print('pyarrow' in sys.modules, 'numpy' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "False"]
