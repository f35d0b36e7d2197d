"""A report in words: every step of the check and what became of it, then what the bundle shows and what it does not."""

import json
from collections.abc import Iterator
from typing import Final

from traceapp.verifier.report import Report
from traceapp.verifier.trust import Trust

STEPS: Final = (
    (1, "The file is a proof bundle, written in its one form, and shows what every proof must show."),
    (2, "The fields shown and the digests of those hidden give a leaf, and its path gives a root."),
    (3, "The peers were asked for this very transaction, and their answer is to that question."),
    (4, "Those who signed the answer are peers of organisations in the trust file."),
    (5, "They signed that the ledger took the transaction as valid."),
    (6, "As many different organisations signed as the trust file asks for."),
    (7, "The transaction is the contract's and its client's, and its parts agree with one another."),
    (8, "The organisations that the ledger's rule asks for endorsed it."),
    (9, "It wrote exactly the root that the record leads to, for the organisation that the record names."),
    (10, "Where a block comes along: it holds the transaction, and orderers signed it."),
    (11, "Where a device's key comes along: the ledger holds it, and it signed the device's message."),
)
"""What has to hold in each step, as sentences."""
_WIDTH: Final = 15
_DEMO: Final = ", a demo on one machine"


def steps(report: Report) -> Iterator[tuple[int, str, str]]:
    """Each step: its number, `ok`, `failed` or `not taken`, and what has to hold in it."""
    reached = report.step or (0 if report.reason else len(STEPS) + 1)
    absent = {number for number, found in ((10, report.block), (11, report.device)) if found is None}
    for number, words in STEPS:
        if number < reached and number not in absent:
            yield number, "ok", words
        else:
            yield number, "failed" if number == reached else "not taken", words


def explained(report: Report) -> Iterator[str]:
    """One line a step: ok, FAILED with what exactly, or not taken."""
    for number, state, words in steps(report):
        if state == "failed":
            yield f"FAILED  {number}  {words} Here: {report.detail}."
        else:
            yield f"{'ok' if state == 'ok' else '-':<7} {number}  {words}"


def in_words(report: Report) -> Iterator[str]:
    """What the report says, a line each; values come from the file and may hold anything."""
    if report.reason:
        at = f" (step {report.step})" if report.step else ""
        yield _line("Reason", f"{report.reason}{at}: {report.detail}")
    yield from _who(report)
    yield _line("Network", f"{report.network}{_DEMO if report.demo else ''}")
    yield _line("Trust file", f"version {report.trust_version}, fingerprint {report.trust_fingerprint}")
    yield from _record(report)
    for note in report.not_checked:
        yield _line("Not checked", note)
    if report.verified:
        yield _line("Not proven", f"{'; '.join(report.not_proven)}.")


def of_trust(trust: Trust) -> Iterator[str]:
    """Whose signatures count, a line each; to be compared with what the organisations themselves publish."""
    yield _line("Network", f"{trust.network}{_DEMO if trust.demo else ''}")
    yield _line("Trust file", f"version {trust.version}, fingerprint {trust.fingerprint}")
    yield _line("Attestations", f"of {trust.attestations} organisations at least, out of:")
    for one in trust.organisations.values():
        yield _line("", f"{one.name} ({one.msp_id})")


def as_plain(trust: Trust) -> dict[str, object]:
    """The same as plain values, named as in a report."""
    return {
        "network": trust.network,
        "demo": trust.demo,
        "trustVersion": trust.version,
        "trustFingerprint": trust.fingerprint,
        "attestations": trust.attestations,
        "organisations": [[one.msp_id, one.name] for one in trust.organisations.values()],
    }


def _who(report: Report) -> Iterator[str]:
    claimed = "" if report.verified else " (claimed by the file)"
    if report.recorded_by is not None:
        yield _line("Recorded by", f"{report.recorded_by} at {report.record_time}{claimed}")
    if not report.verified:
        return
    yield _line("On the ledger", f"{report.recorded_at}, transaction {report.tx_id}")
    yield _line("Attested by", ", ".join(f"{name} ({msp_id})" for msp_id, name in report.attesting))
    if report.block is not None:
        yield _line("Block", f"{report.block}, signed by orderers")
    if report.device:
        yield _line("Device", f"key {report.device['kid']}, put on the ledger by {report.device['organisation']}")
    kept = "yes: an operator keeps this organisation's key and can sign in its name"
    yield _line("Custodial", kept if report.custodial else "no")


def _record(report: Report) -> Iterator[str]:
    if report.record is None:
        return
    vouched = "" if report.verified else "; nothing vouches for it"
    yield _line("Record", f"{report.hidden} fields hidden{vouched}")
    for line in json.dumps(report.record, ensure_ascii=False, indent=2).splitlines():
        yield f"  {line}"


def _line(name: str, value: str) -> str:
    return f"{name:<{_WIDTH}}{value}"
