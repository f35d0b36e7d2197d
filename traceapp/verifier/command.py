"""The command `traceapp-verify`: checks proof bundles against a trust file, offline."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from traceapp.verifier.bundle import LIMIT, check_bundle
from traceapp.verifier.errors import Reason, TrustError
from traceapp.verifier.explain import explained, in_words
from traceapp.verifier.report import Report
from traceapp.verifier.trust import Trust, parse_trust

UNREADABLE: Final = 2
_TRUST_LIMIT: Final = 8 * 1024 * 1024  # more is not read; less may still be too much for `parse_trust`
_EPILOG: Final = """\
exit codes:
  0  every bundle is verified
  1  at least one is not verified
  2  a file cannot be read, or the trust file cannot be used

The trust file decides whose signatures count. Get it, or its fingerprint, from somebody else than whoever gave you
the bundle: both from one hand prove little."""


class CannotRead(Exception):
    """A file cannot be read or used; the message says which and why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command on arguments (the process's own if None) and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a bundle may show any script, whatever this terminal can write
            stream.reconfigure(errors="backslashreplace")
    chosen = _parser().parse_args(arguments)
    try:
        code = _run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:
        return _unwritable()
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # the last resort: an answer rather than a trace, and never "verified"
        print(f"The check could not be finished ({type(error).__name__}).", file=sys.stderr)
        return _unwritable() if isinstance(error, OSError) else UNREADABLE
    return code


def shown(text: str) -> str:
    """Text without control characters: a hostile bundle must not write to the terminal as if it were this command."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="traceapp-verify",
        description="Check, offline, that proof bundles show what organisations attest is on their ledger.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bundles", nargs="+", metavar="BUNDLE", help="proof bundle; - for standard input")
    parser.add_argument("--trust", required=True, help="trust file")
    parser.add_argument("--json", action="store_true", help="print a JSON array with one report a bundle")
    parser.add_argument("--explain", action="store_true", help="print what every step checks and what became of it")
    return parser


def _run(chosen: argparse.Namespace) -> int:
    try:
        trust = _trust(chosen.trust)
    except CannotRead as error:
        _say_no_trust(chosen.trust, str(error), as_json=chosen.json)
        return UNREADABLE
    reports = [(name, _report(name, trust)) for name in chosen.bundles]
    if chosen.json:
        _print_json([{"file": name, "words": one.words, **one.as_json()} for name, one in reports])
    else:
        _print_words(reports, explain=chosen.explain)
    return max(report.exit_code for _, report in reports)


def _trust(name: str) -> Trust:
    try:
        return parse_trust(_read(name, _TRUST_LIMIT))
    except TrustError as error:
        raise CannotRead(str(error)) from error


def _read(name: str, limit: int) -> bytes:
    """A byte more than `limit` at most: enough to see that a file is too large."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(limit + 1)
        with Path(name).open("rb") as handle:
            return handle.read(limit + 1)
    except (OSError, ValueError) as error:
        raise CannotRead(str(getattr(error, "strerror", None) or error)) from error


def _report(name: str, trust: Trust) -> Report:
    try:
        return check_bundle(_read(name, LIMIT), trust)
    except CannotRead as error:
        return _unreadable(str(error), trust)


def _unreadable(detail: str, trust: Trust) -> Report:
    return Report(
        verified=False,
        reason=Reason.UNREADABLE.value,
        step=None,
        detail=detail,
        record=None,
        hidden=None,
        recorded_by=None,
        record_time=None,
        recorded_at=None,
        batch_id=None,
        tx_id=None,
        attesting=(),
        network=trust.network,
        trust_version=trust.version,
        trust_fingerprint=trust.fingerprint,
        demo=trust.demo,
        custodial=None,
        not_checked=(),
    )


def _say_no_trust(name: str, detail: str, *, as_json: bool) -> None:
    words = "The trust file cannot be used."
    if as_json:
        code = Reason.UNREADABLE.value
        _print_json([{"file": name, "words": words, "verified": False, "reason": code, "detail": detail}])
    print(f"{shown(name)}: {words} {shown(detail)}", file=sys.stderr)


def _print_json(content: list[dict[str, Any]]) -> None:
    print(json.dumps(content, indent=2))  # in ASCII, so that it is JSON in any terminal's encoding


def _print_words(reports: Sequence[tuple[str, Report]], *, explain: bool) -> None:
    for position, (name, report) in enumerate(reports):
        print(f"\n{shown(name)}: {report.words}" if position else f"{shown(name)}: {report.words}")
        for line in explained(report) if explain else ():
            print(f"  {shown(line)}")
        for line in in_words(report):
            print(f"  {shown(line)}")


def _unwritable() -> int:
    """Whoever read the output is gone: point it elsewhere, so that Python does not complain when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNREADABLE
