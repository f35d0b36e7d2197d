"""The queue in a folder: whoever looks while a message is written finds nothing, or all of it."""

import json
import os
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from traceapp.celery import app
from traceapp.jobs import spool


@pytest.fixture
def channel(tmp_path):
    folder = str(tmp_path)
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": str(tmp_path / "control")}
    (tmp_path / "control").mkdir()
    with Connection("filesystem://localhost", transport_options=options) as connection:
        yield connection.channel()


def test_the_application_uses_it(channel):
    assert isinstance(channel, spool.Channel)
    assert app.connection_for_write().get_transport_cls() is spool.Transport


def test_a_message_is_found_only_when_it_is_whole(channel, monkeypatch):
    looked = []
    replace = os.replace

    def looking(part, place):
        with pytest.raises(Empty):
            channel._get("celery")
        looked.append(json.loads(Path(part).read_text()))
        replace(part, place)

    monkeypatch.setattr(os, "replace", looking)
    channel._put("celery", {"task": "jobs.work"})
    assert looked == [{"task": "jobs.work"}]
    with pytest.raises(Empty):
        channel._get("watch")
    assert channel._size("celery") == 1
    assert channel._get("celery") == {"task": "jobs.work"}
    assert channel._size("celery") == 0


def test_a_queue_that_two_bind_at_once_stands_in_the_table_once(channel):
    for _ in range(2):
        channel._queue_bind("celery", "celery", "", "celery")
    assert [one.queue for one in channel.get_table("celery")] == ["celery"]
