"""The command: exit codes, text, JSON, and never a trace, whatever it is given."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.proof_vectors.folder import FOLDER
from tests.unit.verifier_network import Case, Network
from traceapp.verifier import parse_trust
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
    assert (good.count("\n  -  "), forged.count("\n  -  ")) == (2, 6)


def test_explained_json_tells_each_step_too(files, capsys):
    run(files, "--explain", "--json", files / "good.json", files / "forged.json")
    good, forged = json.loads(capsys.readouterr().out)
    assert [one["state"] for one in good["steps"]] == ["ok"] * 9 + ["not taken"] * 2
    assert [one["state"] for one in forged["steps"]] == ["ok"] * 4 + ["failed"] + ["not taken"] * 6


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


def test_a_folder_stands_for_its_bundles_and_a_pattern_for_those_that_fit(files, tmp_path, capsys):
    assert run(files, "--json", files) == 1  # the trust file in it is no bundle
    answers = json.loads(capsys.readouterr().out)
    assert [(Path(one["file"]).name, one["verified"]) for one in answers] == [
        ("forged.json", False),
        ("good.json", True),
    ]
    assert run(files, files / "g*.json") == 0
    for name, why in [(tmp_path, "No .json file in this folder"), (tmp_path / "*", "No file fits this pattern")]:
        capsys.readouterr()
        assert run(files, name, files / "good.json") == 2
        out = capsys.readouterr().out
        assert f"unreadable: {why}" in out
        assert "good.json: Verified." in out


def test_a_file_may_be_called_like_a_pattern(files, tmp_path):
    (tmp_path / "proof[1].json").write_bytes((files / "good.json").read_bytes())
    assert run(files, tmp_path / "proof[1].json") == 0


def test_it_says_whose_signatures_count_before_any_bundle(files, capsys):
    fingerprint = parse_trust((files / "trust.json").read_bytes()).fingerprint
    assert run(files, "--fingerprint") == 0
    out = capsys.readouterr().out
    assert f"version 3, fingerprint {fingerprint}" in out
    assert "Huerta Alba (AlbaMSP)" in out
    assert "a demo on one machine" in out
    assert run(files, "--fingerprint", "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["trustFingerprint"], told["demo"], told["attestations"]) == (fingerprint, True, 2)
    assert run(files, "--fingerprint", files / "good.json") == 0
    both = capsys.readouterr().out
    assert both.index("Trust file") < both.index("good.json: Verified.")


def test_whether_a_key_is_custodial_is_told_either_way(files, capsys):
    run(files, files / "good.json")
    assert "Custodial      no" in capsys.readouterr().out
    main([str(FOLDER / "good" / "custodial.json"), "--trust", str(FOLDER / "trust.json")])
    assert "Custodial      yes: an operator keeps this organisation's key" in capsys.readouterr().out


def test_a_block_and_a_devices_key_are_told_and_explained(capsys):
    trust = ["--trust", str(FOLDER / "trust-with-orderers.json"), "--explain"]
    assert main([str(FOLDER / "good" / "block.json"), *trust]) == 0
    out = capsys.readouterr().out
    assert "Block          12, signed by orderers" in out
    assert "ok      10" in out
    assert "-       11" in out
    assert main([str(FOLDER / "good" / "device-key.json"), *trust]) == 0
    out = capsys.readouterr().out
    assert "Device         key 8004-9506000111-logger-7, put on the ledger by 9506000100012" in out
    assert "-       10" in out
    assert "ok      11" in out
    assert main([str(FOLDER / "good" / "device-message.json"), *trust]) == 0
    assert "Not checked    device key not checked" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["-", "--trust", "-"], ["x.json"]])
def test_a_call_that_cannot_be_meant_ends_with_2_and_says_how(files, capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments if "--trust" in arguments or arguments else ["--trust", str(files / "trust.json")])
    assert ended.value.code == 2
    assert "usage: traceapp-verify" in capsys.readouterr().err


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
