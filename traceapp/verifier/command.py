"""The command `traceapp-verify`: checks proof bundles against a trust file, offline."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from traceapp.verifier import files, shipment
from traceapp.verifier.bundle import LIMIT, check_bundle
from traceapp.verifier.errors import Reason, TrustError
from traceapp.verifier.explain import as_plain, explained, in_words, of_trust, steps
from traceapp.verifier.files import STANDARD_INPUT, CannotRead
from traceapp.verifier.report import Report, unreadable
from traceapp.verifier.trust import Trust, parse_trust

UNREADABLE: Final = 2
_TRUST_LIMIT: Final = 8 * 1024 * 1024  # more is not read; less may still be too much for `parse_trust`
_EPILOG: Final = """\
exit codes, of several bundles the highest:
  0  verified
  1  not verified
  2  a file cannot be read, or the trust file cannot be used

The trust file decides whose signatures count. Get it, or its fingerprint, from somebody else than whoever gave you
the bundle: both from one hand prove little."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command on arguments (the process's own if None) and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a bundle may show any script, whatever this terminal can write
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if not (chosen.bundles or chosen.fingerprint):
        parser.error("no bundle is named")
    if chosen.trust == STANDARD_INPUT and STANDARD_INPUT in chosen.bundles:
        parser.error("standard input can be the trust file or a bundle, not both")
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
    bundles = "proof bundle; a folder for the .json files in it, a pattern, or - for standard input"
    parser.add_argument("bundles", nargs="*", metavar="BUNDLE", help=bundles)
    parser.add_argument("--trust", required=True, help="trust file")
    parser.add_argument(
        "--fingerprint", action="store_true", help="say first, or only, whose signatures count by this trust"
    )
    parser.add_argument(
        "--shipment", action="store_true", help="the files are evidence of shipments that are paid on delivery"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON array with one report a bundle")
    parser.add_argument("--explain", action="store_true", help="print what every step checks and what became of it")
    return parser


def _run(chosen: argparse.Namespace) -> int:
    try:
        trust = _trust(chosen.trust)
    except CannotRead as error:
        _say_no_trust(chosen.trust, str(error), as_json=chosen.json)
        return UNREADABLE
    if chosen.shipment:
        return _shipments(chosen, trust)
    reports = list(_reports(chosen, trust))
    if chosen.json and not reports:
        _print_json([{"file": chosen.trust, **as_plain(trust)}])
    elif chosen.json:
        _print_json([_plain(name, one, explain=chosen.explain) for name, one in reports])
    else:
        _print_words(reports, trust if chosen.fingerprint else None, explain=chosen.explain)
    return max((report.exit_code for _, report in reports), default=0)


def _shipments(chosen: argparse.Namespace, trust: Trust) -> int:
    """Each file with everything that was checked of it."""
    code, told = 0, []
    for name, unfit in files.named(chosen.bundles, chosen.trust):
        found = _evidence(name, unfit, trust)
        holds = all(one.holds for one in found)
        code = max(code, 0 if holds else 1)
        told.append({"file": name, "verified": holds, "checked": [asdict(one) for one in found]})
        if not chosen.json:
            print(f"{shown(name)}: {'Verified.' if holds else 'Not verified.'}")
            for one in found:
                print(f"  {'ok' if one.holds else 'FAILED':<7} {shown(one.words)}: {shown(one.detail)}")
    if chosen.json:
        _print_json(told)
    return code


def _evidence(name: str, unfit: str, trust: Trust) -> list[shipment.Finding]:
    try:
        if unfit:
            raise CannotRead(unfit)
        return shipment.check_shipment(files.read(name, shipment.LIMIT), trust)
    except CannotRead as error:
        return [shipment.Finding(False, "The file can be read", str(error))]


def _trust(name: str) -> Trust:
    try:
        return parse_trust(files.read(name, _TRUST_LIMIT))
    except TrustError as error:
        raise CannotRead(str(error).removeprefix("the trust file cannot be used: ")) from error


def _reports(chosen: argparse.Namespace, trust: Trust) -> Iterator[tuple[str, Report]]:
    for name, unfit in files.named(chosen.bundles, chosen.trust):
        yield name, unreadable(unfit, trust) if unfit else _report(name, trust)


def _report(name: str, trust: Trust) -> Report:
    try:
        return check_bundle(files.read(name, LIMIT), trust)
    except CannotRead as error:
        return unreadable(str(error), trust)
    except Exception as error:  # the last resort: the others are still to be answered
        return unreadable(f"the check could not be finished ({type(error).__name__})", trust)


def _say_no_trust(name: str, detail: str, *, as_json: bool) -> None:
    words = "The trust file cannot be used."
    if as_json:
        code = Reason.UNREADABLE.value
        _print_json([{"file": name, "words": words, "verified": False, "reason": code, "detail": detail}])
    print(f"{shown(name)}: {words} {shown(detail)}", file=sys.stderr)


def _plain(name: str, report: Report, *, explain: bool) -> dict[str, Any]:
    told = {"file": name, "words": report.words, **report.as_json()}
    if explain:
        told["steps"] = [{"step": number, "state": state, "words": words} for number, state, words in steps(report)]
    return told


def _print_json(content: list[dict[str, Any]]) -> None:
    print(json.dumps(content, indent=2))  # in ASCII, so that it is JSON in any terminal's encoding


def _print_words(reports: Sequence[tuple[str, Report]], trust: Trust | None, *, explain: bool) -> None:
    for line in of_trust(trust) if trust else ():
        print(shown(line))
    for position, (name, report) in enumerate(reports):
        print(f"\n{shown(name)}: {report.words}" if position or trust else f"{shown(name)}: {report.words}")
        for line in explained(report) if explain else ():
            print(f"  {shown(line)}")
        for line in in_words(report):
            print(f"  {shown(line)}")


def _unwritable() -> int:
    """Whoever read the output is gone: point it elsewhere, so that Python does not complain when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNREADABLE
