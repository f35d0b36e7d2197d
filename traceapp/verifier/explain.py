"""A report in words: every step of the check and what became of it, then what the bundle shows and what it does not."""

import json
from collections.abc import Iterator
from typing import Final

from traceapp.verifier.report import Report

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
)
"""What has to hold in each step, as sentences."""
_WIDTH: Final = 15


def explained(report: Report) -> Iterator[str]:
    """One line a step: ok, FAILED with what exactly, or not reached."""
    reached = report.step or (0 if report.reason else len(STEPS) + 1)
    for number, words in STEPS:
        if number < reached:
            yield f"ok      {number}  {words}"
        elif number == reached:
            yield f"FAILED  {number}  {words} Here: {report.detail}."
        else:
            yield f"-       {number}  {words}"


def in_words(report: Report) -> Iterator[str]:
    """What the report says, a line each; values come from the file and may hold anything."""
    if report.reason:
        at = f" (step {report.step})" if report.step else ""
        yield _line("Reason", f"{report.reason}{at}: {report.detail}")
    yield from _who(report)
    yield _line("Network", f"{report.network}{', a demo on one machine' if report.demo else ''}")
    yield _line("Trust file", f"version {report.trust_version}, fingerprint {report.trust_fingerprint}")
    yield from _record(report)
    for note in report.not_checked:
        yield _line("Not checked", note)
    if report.verified:
        yield _line("Not proven", f"{'; '.join(report.not_proven)}.")


def _who(report: Report) -> Iterator[str]:
    claimed = "" if report.verified else " (claimed by the file)"
    if report.recorded_by is not None:
        yield _line("Recorded by", f"{report.recorded_by} at {report.record_time}{claimed}")
    if report.verified:
        yield _line("On the ledger", f"{report.recorded_at}, transaction {report.tx_id}")
        yield _line("Attested by", ", ".join(f"{name} ({msp_id})" for msp_id, name in report.attesting))
    if report.custodial:
        yield _line("Custodial", "an operator keeps this organisation's key and can sign in its name")


def _record(report: Report) -> Iterator[str]:
    if report.record is None:
        return
    vouched = "" if report.verified else "; nothing vouches for it"
    yield _line("Record", f"{report.hidden} fields hidden{vouched}")
    for line in json.dumps(report.record, ensure_ascii=False, indent=2).splitlines():
        yield f"  {line}"


def _line(name: str, value: str) -> str:
    return f"{name:<{_WIDTH}}{value}"
