"""`manage.py verify_model ID`: train a run again from the verified rows and say whether the same came out."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forecasting.models import Run
from forecasting.reproduce import Answer, learnt_from, reproduce

SHOWN = 20


class Command(BaseCommand):
    help = "Train a run again from the verified rows of its day. Exit code 1 if the same does not come out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "id", nargs="?", help="the run's id, or its first characters; without: which runs there are"
        )
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--rows", type=int, metavar="N", help="only tell the ids of N records that it learnt from, one a line"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["id"] is None:
            self._list()
            return
        run = run_named(options["id"])
        if options["rows"] is not None:
            for uid in learnt_from(run, max(1, options["rows"])):
                self.stdout.write(uid)
            return
        answer = reproduce(run, self._tell)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(run, answer)))
        else:
            self._print(run, answer)
        if not answer.reproduced:
            raise SystemExit(1)

    def _tell(self, percent: int, words: str) -> None:
        """Minutes can go by: whoever looks on sees that it works. Programs that read are told the answer alone."""
        if self.stderr.isatty():
            self.stderr.write(f"{percent:3} %  {words}")

    def _list(self) -> None:
        for run in Run.objects.select_related("organisation"):
            self.stdout.write(
                f"{run.uid}  {run.kind:<6}  until {run.until}  {run.rows_used:,} rows  {run.organisation.name}"
            )
        if not Run.objects.exists():
            self.stdout.write("Nothing was trained yet.")

    def _print(self, run: Run, answer: Answer) -> None:
        self.stdout.write(f"{answer.verdict.words}.")
        if answer.detail:
            self.stdout.write(answer.detail)
        if answer.largest:
            self.stdout.write(f"Largest difference from the anchored predictions: {answer.largest:.6f}")
        for name, (then, now) in answer.differs.items():
            self.stdout.write(f"{name}: {then} then, {now} here")
        for row in answer.rows[:SHOWN]:
            where = row.uid or f"batch {row.batch_id}, position {row.position}"
            said = str(row.reason.words)
            said = row.detail if row.detail.startswith(said) else f"{said}. {row.detail}".rstrip()
            self.stdout.write(f"{where}: {said}")
        if len(answer.rows) > SHOWN:
            self.stdout.write(f"and {len(answer.rows) - SHOWN} more")
        self.stdout.write(f"Run {run.uid}, data set {run.dataset_root[:8]}, predictions {run.predictions_hash[:8]}")


def run_named(text: str) -> Run:
    """The run whose id begins with `text`. Raises CommandError for none or several."""
    found = [run for run in Run.objects.all() if str(run.uid).startswith(text.lower())]
    if len(found) != 1:
        raise CommandError(f"{len(found) or 'no'} runs have an id that begins with {text!r}")
    return found[0]


def _as_json(run: Run, answer: Answer) -> dict[str, Any]:
    return {
        "run": str(run.uid),
        "answer": answer.verdict.answer,
        "verdict": answer.verdict.value,
        "words": answer.verdict.words,
        "detail": answer.detail,
        "largestDifference": answer.largest,
        "differs": {name: list(pair) for name, pair in answer.differs.items()},
        "rows": [
            {"record": r.uid, "batch": r.batch_id, "position": r.position, "reason": str(r.reason)} for r in answer.rows
        ],
    }
