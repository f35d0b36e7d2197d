"""`broker`: mosquitto, running, with nobody let in yet."""

import shutil

import pytest

from tests.broker import Broker


@pytest.fixture
def broker(tmp_path):
    if shutil.which("mosquitto") is None:
        pytest.skip("SKIPPED LOUDLY: mosquitto is not installed; nothing of MQTT is tested")
    made = Broker(tmp_path / "mosquitto")
    made.prepare()
    made.start()
    yield made
    made.stop()
