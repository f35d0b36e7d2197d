"""The house: pure rooms stay pure, and the web stays light."""

import subprocess
import sys

import pytest

PURE = [
    "chaincode.traceability.contract",
    "traceapp.commitments.disclosures",
    "traceapp.epcis.parse",
    "traceapp.verifier",
]
HEAVY = {"pandas", "prophet", "sklearn", "lightgbm", "statsforecast", "numpy", "matplotlib", "biip", "reportlab"}


def modules_after(code: str) -> set[str]:
    """Names of all modules loaded by a fresh interpreter that ran the code."""
    answer = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_loads_neither_django_nor_celery(room):
    loaded = modules_after(f"import {room}")
    assert not {"django", "celery", "rest_framework"} & loaded


def test_the_web_loads_no_forecasting_library():
    code = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'traceapp.settings'; import django; django.setup(); import traceapp.urls"
    assert not HEAVY & modules_after(code)
