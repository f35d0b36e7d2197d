"""Evidence of a shipment convinces a stranger with the trust file alone, and only as long as nothing in it is changed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.test_payments_deliveries import clock, sale  # noqa: F401 (fixtures)
from traceapp.ledger import trust
from traceapp.payments import attested
from traceapp.verifier.command import main
from traceapp.verifier.shipment import check_shipment


@pytest.fixture
def evidence(sale, client):  # noqa: F811
    """Of a dispute that the arbiter decided."""
    sale.go(client, late=timedelta(hours=3))
    sale.act(client, sale.seller, "contest", reason="time", words="It came at noon")
    sale.act(client, sale.arbiter, "resolve", seller="7000", reason="Half of the delay was the gate's")
    sale.money.world.anchor()
    data = attested.bundle(sale.shipment, datetime.now(UTC))
    return json.loads(data)


def refused(evidence):
    """What does not hold, in words."""
    data = json.dumps(evidence).encode()
    return " ".join(f"{one.words}: {one.detail}" for one in check_shipment(data, trust.pinned()) if not one.holds)


def document(evidence, kind):
    (found,) = [of for key, of in evidence["documents"].items() if key.startswith(f"{kind}/")]
    return found


def test_what_is_whole_is_verified_by_the_command_and_what_is_not_is_named(evidence, tmp_path, capsys):
    assert refused(evidence) == ""
    file, trusted = tmp_path / "evidence.json", tmp_path / "trust.json"
    trusted.write_bytes(trust.export())
    file.write_text(json.dumps(evidence))
    assert main(["--shipment", str(file), "--trust", str(trusted)]) == 0
    told = capsys.readouterr().out
    assert "Verified." in told
    assert "700000 to the seller by its lines" in told
    document(evidence, "settlement")["toSeller"] += 1
    file.write_text(json.dumps(evidence))
    assert main(["--shipment", str(file), "--trust", str(trusted), "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert not found["verified"]
    assert main(["--shipment", str(tmp_path / "none.json"), "--trust", str(trusted)]) == 1
    assert "FAILED" in capsys.readouterr().out


def test_changed_documents_sums_terms_and_words_are_named(evidence):
    sheet = document(evidence, "settlement")
    sheet["lines"][0]["amount"] += 1
    assert "wrote something else there" in refused(evidence)
    assert "The settlement sheet adds up" in refused(evidence)
    sheet["lines"][0]["amount"] -= 1
    document(evidence, "shipment")["terms"]["graceMinutes"] = 600
    assert "not the one that was accepted" in refused(evidence)
    document(evidence, "shipment")["terms"]["graceMinutes"] = 120
    evidence["statements"][0]["words"] = "It came at ten"
    assert "its SHA-256 is not the one on the ledger" in refused(evidence)


def test_what_is_left_out_or_not_attested_is_named(evidence):
    sheet = evidence["documents"].pop(key := f"settlement/{evidence['shipment']}")
    assert f"{key} is left out" in refused(evidence)
    evidence["documents"][key] = sheet
    last = evidence["facts"].pop()
    assert "none of these transactions wrote it" in refused(evidence)
    evidence["facts"].append(last | {"anchor": None})
    assert "nobody attests it" in refused(evidence)
    signature = last["anchor"]["attestation"]["endorsements"][0]
    signature["signature"] = last["anchor"]["attestation"]["endorsements"][1]["signature"]
    evidence["facts"][-1] = last
    assert "A signature does not match" in refused(evidence)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"format": 1}', b'{"a": 1, "a": 2}', b"\xff", b"[" * 100_000])
def test_what_is_no_evidence_is_refused_in_words(data, evidence):
    (found,) = check_shipment(data, trust.pinned())
    assert (found.holds, found.words) == (False, "The file is evidence of a shipment")
