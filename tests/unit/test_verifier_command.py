"""The command: exit codes, text, JSON, and never a trace, whatever it is given."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.verifier_network import Case, Network
from traceapp.verifier.command import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proofs")
    network = Network.make()
    (folder / "trust.json").write_text(json.dumps(network.trust(), indent=2))
    (folder / "good.json").write_bytes(Case(network, hide=("/event/bizStep",)).file())
    (folder / "forged.json").write_bytes(Case(network, code=11).file())
    return folder


def run(files, *arguments):
    return main([*(str(one) for one in arguments), "--trust", str(files / "trust.json")])


def test_a_good_bundle_is_verified_and_told_in_words(files, capsys):
    assert run(files, files / "good.json") == 0
    out = capsys.readouterr().out
    assert "good.json: Verified." in out
    assert "Huerta Alba (AlbaMSP), Cedro Markets (CedroMSP)" in out
    assert "1 fields hidden" in out
    assert "a demo on one machine" in out
    assert "that the event is true in the world" in out
    assert "fingerprint" in out


def test_a_forged_one_is_not_and_the_worst_answer_counts(files, capsys):
    assert run(files, files / "forged.json") == 1
    assert "invalid-transaction (step 5)" in capsys.readouterr().out
    assert run(files, files / "good.json", files / "forged.json", files / "good.json") == 1
    assert run(files, files / "good.json", files / "none.json", files / "forged.json") == 2
    out = capsys.readouterr().out
    assert out.count("Verified.") == 3
    assert "unreadable: No such file or directory" in out


def test_explain_says_each_step_and_where_it_ended(files, capsys):
    run(files, "--explain", files / "good.json", files / "forged.json")
    good, forged = capsys.readouterr().out.split("\n\n")
    assert good.count("\n  ok  ") == 9
    assert forged.count("\n  ok  ") == 4
    assert "FAILED  5" in forged
    assert forged.count("\n  -  ") == 4


def test_json_is_an_array_of_reports(files, capsys):
    assert run(files, "--json", files / "good.json", files / "forged.json", files / "none.json") == 2
    good, forged, none = json.loads(capsys.readouterr().out)
    assert (good["verified"], good["hidden"], good["recordedBy"]) == (True, 1, "9506000100012")
    assert (forged["verified"], forged["reason"], forged["step"]) == (False, "invalid-transaction", 5)
    assert (none["reason"], none["step"]) == ("unreadable", None)


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff", b"[" * 100_000])
def test_a_trust_file_that_cannot_be_used_ends_with_2(files, tmp_path, capsys, content):
    if content is not None:
        (tmp_path / "trust.json").write_bytes(content)
    arguments = [str(files / "good.json"), "--trust", str(tmp_path / "trust.json")]
    assert main(arguments) == 2
    assert "The trust file cannot be used." in capsys.readouterr().err
    assert main([*arguments, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)[0]["reason"] == "unreadable"


def test_what_a_bundle_shows_cannot_steer_the_terminal(files, tmp_path, capsys):
    network = Network.make()
    case = Case(network)
    case.record["event"]["bizStep"] = "\x1b[2K\u202e\x07Verified"
    (tmp_path / "steers.json").write_bytes(case.file())
    assert run(files, tmp_path / "steers.json") == 1
    out = capsys.readouterr().out
    assert not {"\x1b", "\u202e", "\x07"} & set(out)


def process(*arguments, **options):
    command = [sys.executable, "-m", "traceapp.verifier", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False, **options)


def test_it_reads_standard_input_and_writes_in_any_encoding(files):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    trust = ("--trust", files / "trust.json")
    data = (files / "good.json").read_bytes()
    answer = process("-", *trust, input=data, env=environment)
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert process("-", "--json", *trust, input=data[:-1], env=environment).returncode == 1


def test_a_reader_that_goes_away_and_a_full_disk_leave_no_trace(files):
    command = [sys.executable, "-m", "traceapp.verifier", "--trust", files / "trust.json", files / "good.json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        assert b"Traceback" not in running.stderr.read()
    if Path("/dev/full").exists():
        with Path("/dev/full").open("wb") as full:
            ended = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
        assert (ended.returncode, b"Traceback" in ended.stderr) == (2, False)


@pytest.mark.parametrize("name", ["/", "/dev/zero", "/dev/null", "a\0b"])
def test_files_that_are_none_are_answered_at_once(files, name, capsys):
    started = time.monotonic()
    assert run(files, name) in (1, 2)
    assert time.monotonic() - started < 20


def test_it_loads_nothing_of_the_application(files):
    code = (
        "import sys; from traceapp.verifier.command import main; "
        f"main([{str(files / 'good.json')!r}, '--trust', {str(files / 'trust.json')!r}]); "
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'google', 'grpc', 'fabric_protos', 'celery')])"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip().endswith("[]")
