"""The key store with a wrong KEYSTORE_KEY, one in a file, and one that is replaced."""

import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from tests.capture_documents import document, shipping
from tests.factories import OrganisationFactory, api_token, member
from tests.stack import ROOT
from traceapp.accounts.roles import Role
from traceapp.capture.models import CaptureJob
from traceapp.ledger import keystore, receipts
from traceapp.ledger.daemon import Daemon
from traceapp.ledger.models import Batch, Heartbeat, Record


@pytest.fixture
def store(data_dir, settings):
    """A key store with two keys."""
    settings.KEYSTORE_KEY = "the first"
    keystore.put("one", b"secret one")
    keystore.put("two", b"secret two")
    return data_dir / "keys"


def test_a_wrong_key_is_one_sentence_and_another_one_than_a_damaged_file(store, settings):
    (store / "two.key").write_bytes((store / "two.key").read_bytes()[:-1] + b"x")
    with pytest.raises(keystore.KeyStoreError, match="'two' is damaged"):
        keystore.get("two")
    settings.KEYSTORE_KEY = "another"
    for reference in ("one", "two"):
        with pytest.raises(keystore.KeyStoreError, match="KEYSTORE_KEY is not the one") as error:
            keystore.get(reference)
        assert "another" not in str(error.value)


def test_nothing_is_written_with_a_wrong_key(store, settings):
    settings.KEYSTORE_KEY = "another"
    with pytest.raises(keystore.KeyStoreError, match="KEYSTORE_KEY is not the one"):
        keystore.put("three", b"x")
    assert not keystore.holds("three")


def test_a_store_without_a_probe_is_judged_by_its_keys(store, settings):
    (store / "probe").unlink()
    keystore.check()
    settings.KEYSTORE_KEY = "another"
    with pytest.raises(keystore.KeyStoreError, match="KEYSTORE_KEY is not the one"):
        keystore.check()


def rotate(folder, old="the first"):
    (folder / "old").write_text(f"{old}\n")
    call_command("rotate_keystore", old_key_file=folder / "old")


def test_all_keys_are_sealed_with_the_new_key(store, settings, tmp_path, db, capsys):
    settings.KEYSTORE_KEY = "the second"
    rotate(tmp_path)
    assert "2 keys sealed with the new KEYSTORE_KEY" in capsys.readouterr().out
    assert (keystore.get("one"), keystore.get("two")) == (b"secret one", b"secret two")
    settings.KEYSTORE_KEY = "the first"
    with pytest.raises(keystore.KeyStoreError):
        keystore.check()


def test_a_rotation_that_was_killed_half_way_is_begun_again(store, settings, tmp_path, db):
    half = (store / "two.key").read_bytes()
    settings.KEYSTORE_KEY = "the second"
    rotate(tmp_path)
    (store / "two.key").write_bytes(half)
    rotate(tmp_path)
    assert (keystore.get("one"), keystore.get("two")) == (b"secret one", b"secret two")


def test_a_wrong_old_key_changes_nothing(store, settings, tmp_path, db):
    before = {path: path.read_bytes() for path in store.iterdir()}
    settings.KEYSTORE_KEY = "the second"
    with pytest.raises(CommandError, match="Neither the old nor the new KEYSTORE_KEY opens"):
        rotate(tmp_path, old="something else")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("rotate_keystore", old_key_file=tmp_path / "nowhere")
    assert {path: path.read_bytes() for path in store.iterdir()} == before


def test_ledgerd_says_a_wrong_key_once_and_what_is_queued_stays(ledger_world, settings, caplog):
    record = ledger_world.record()
    right, settings.KEYSTORE_KEY = settings.KEYSTORE_KEY, "another"
    daemon = Daemon()
    for _ in range(5):
        daemon.turn()
    assert [one.message for one in caplog.records if "KEYSTORE_KEY is not the one" in one.message] != []
    assert len([one for one in caplog.records if "KEYSTORE_KEY" in one.getMessage()]) == 1
    assert not any(one.exc_info for one in caplog.records)
    assert "KEYSTORE_KEY is not the one" in Heartbeat.objects.get().trouble
    assert not Batch.objects.exists()
    settings.KEYSTORE_KEY = right
    while not Batch.objects.filter(evidenced__isnull=False).exists():
        daemon.turn()
    assert Record.objects.get(pk=record.pk).batch.state == Batch.State.VALID
    assert Heartbeat.objects.get().trouble == ""


@pytest.fixture
def wrong(data_dir, settings, db):
    """A store that was written with another key, receipts' key too."""
    farm = OrganisationFactory()
    receipts._opened.cache_clear()
    receipts.receipt_keys()
    receipts._opened.cache_clear()
    settings.KEYSTORE_KEY = "another"
    return farm


def test_a_capture_that_cannot_be_promised_is_refused_in_words(client, wrong, caplog):
    token = api_token(member(wrong, Role.SUPPLIER), wrong)
    send = {"content_type": "application/ld+json", "HTTP_AUTHORIZATION": f"Bearer {token}"}
    answer = client.post("/epcis/capture", document(shipping()), **send)
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert "keys cannot be opened" in answer.json()["detail"]
    assert not CaptureJob.objects.filter(success=True).exists()
    assert not CaptureJob.objects.filter(running=True).exists()
    assert not Record.objects.exists()
    assert [one.getMessage() for one in caplog.records if "KEYSTORE_KEY" in one.getMessage()] == [keystore.WRONG_KEY]
    assert client.get("/api/v1/receipts/keys").status_code == 503


def test_a_page_says_it_in_words_too(client, wrong):
    client.force_login(member(wrong, Role.SUPPLIER))
    record = Record.objects.create(
        uid="00000000-0000-4000-8000-000000000001", kind="epcis", organisation=wrong, visibility=0,
        disclosures=b"", leaf=b"\x00" * 32, record_time="2026-05-14T00:00:00Z",
    )  # fmt: skip
    answer = client.get(f"/capture/records/{record.uid}/receipt/")
    assert answer.status_code == 503
    assert b"keys cannot be opened" in answer.content


# --- secrets in files --------------------------------------------------------------------------------------------------


def check(folder, *command, **environment):
    """One of manage.py's commands on a data folder."""
    kept = {name: value for name, value in os.environ.items() if name not in ("KEYSTORE_KEY", "SECRET_KEY")}
    return subprocess.run(
        [sys.executable, "manage.py", *(command or ("check",))], cwd=ROOT, capture_output=True, text=True, timeout=60,
        check=False, env=kept | {"DATA_DIR": str(folder), "SECRET_KEY": "s" * 60} | environment,
    )  # fmt: skip


def test_the_key_may_come_from_a_file_and_its_line_end_does_not_count(store, tmp_path):
    (tmp_path / "key").write_text("the first\n")
    assert check(tmp_path, KEYSTORE_KEY_FILE=str(tmp_path / "key")).returncode == 0
    assert check(tmp_path, KEYSTORE_KEY="the first").returncode == 0
    assert not (tmp_path / "secrets" / "keystore-key").exists()
    (tmp_path / "key").write_text("the wrong one\n")
    wrong = check(tmp_path, KEYSTORE_KEY_FILE=str(tmp_path / "key"))
    assert wrong.returncode == 1
    assert "(ledger.E001) KEYSTORE_KEY is not the one" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert "the wrong one" not in wrong.stderr + wrong.stdout


@pytest.mark.parametrize(
    ("name", "words"), [("nowhere", "cannot be read: No such file or directory."), ("empty", "is empty.")]
)
def test_a_key_file_that_is_missing_or_empty_is_one_sentence(tmp_path, name, words):
    (tmp_path / "empty").write_text("\n")
    done = check(tmp_path, KEYSTORE_KEY_FILE=str(tmp_path / name))
    assert done.returncode == 1
    assert done.stderr == f"KEYSTORE_KEY_FILE names {tmp_path / name}, which {words}\n"


def test_the_key_that_was_made_in_the_data_folder_is_the_default_old_one(tmp_path):
    assert check(tmp_path, "migrate", "--verbosity=0").returncode == 0
    made = check(tmp_path, "shell", "-c", "from traceapp.ledger import keystore; keystore.put('one', b'x')")
    assert made.returncode == 0, made.stderr
    assert check(tmp_path, KEYSTORE_KEY="mine").returncode == 1
    done = check(tmp_path, "rotate_keystore", KEYSTORE_KEY="mine")
    assert "1 key sealed" in done.stdout, done.stderr
    assert check(tmp_path, KEYSTORE_KEY="mine").returncode == 0
