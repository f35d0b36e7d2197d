"""Commands on a data folder whose database is not there yet, or cannot be used, answer in a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(folder, *command):
    environment = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/traceapp.sqlite3"}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", [["tamper", "--force"], ["import_sales", "sales.csv"]])
def test_without_tables_the_command_names_the_one_to_run_first(tmp_path, command):
    (tmp_path / "sales.csv").write_text("date,product,place,quantity,promotion\n2026-01-01,Milk,Shop,3,0\n")
    done = run(tmp_path, *[str(tmp_path / part) if part.endswith(".csv") else part for part in command])
    assert done.returncode == 1
    assert "run `manage.py migrate` first" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "traceapp.sqlite3").mkdir()
    done = run(tmp_path, "tamper", "--force")
    assert done.returncode == 1
    assert str(tmp_path) in done.stderr
    assert "Traceback" not in done.stderr
