"""Fixtures that every suite shares."""

from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.api_fixtures",
    "tests.ledger_fixtures",
    "tests.fabric_fixtures",
    "tests.race_fixtures",
    "tests.broker_fixtures",
    "tests.small_disk",
    "tests.remembered",
]


# A busy machine is no reason to fail: how long an example takes is measured by `make bench`, not asserted.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def _cheap_passwords(settings):
    """Argon2 is slow on purpose; tests log in thousands of times."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _own_language():
    """A request in another language leaves it active in its thread, and the next test is in that thread."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_heartbeat_in_an_open_transaction(request, monkeypatch):
    """A test inside one transaction has made its job's row there: another connection does not see it, and would stop."""
    marker = request.node.get_closest_marker("django_db")
    apart = "transactional_db" in request.fixturenames or (marker is not None and marker.kwargs.get("transaction"))
    if not apart:
        monkeypatch.setattr("traceapp.jobs.life.BEAT", 3600.0)


@pytest.fixture
def data_dir(tmp_path: Path, settings) -> Path:
    """A data folder of its own, with its own ledger, keys and trust file."""
    settings.DATA_DIR = tmp_path
    settings.LEDGER_PATH = tmp_path / "ledger.sqlite3"
    settings.KEYSTORE_PATH = tmp_path / "keys"
    settings.TRUST_PATH = tmp_path / "trust.json"
    return tmp_path
