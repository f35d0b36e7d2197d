"""`manage.py forecast demand|delay`: train on what was verified and known by a date, and print the forecast."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from forecasting.models import Kind
from forecasting.output import Line, as_objects, lines_of_result, write_csv
from forecasting.parameters import BadParameters, checked
from forecasting.pipeline import NothingToLearn
from forecasting.training import Trained, train
from traceapp.accounts.models import Organisation
from traceapp.ledger.models import Record


class Command(BaseCommand):
    help = "Train on what was verified and known by a date, and print what is expected after it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=Kind.values)
        parser.add_argument("--until", help="last day that counts as known (default: the last day in the data)")
        parser.add_argument("--horizon", help="periods of the series for demand, days for delay")
        parser.add_argument("--organisation", help="name, party GLN or MSP id (default: every one, each by itself)")
        parser.add_argument("--measure", choices=["sold", "shipped"], help="what counts as demand (default: sold)")
        out = parser.add_mutually_exclusive_group()
        out.add_argument("--json", action="store_true", help="print JSON instead of CSV")
        out.add_argument("--csv", metavar="FILE", help="write CSV to a file instead of printing it")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = Kind(options["kind"])
        given = {name: options[name] for name in ("until", "horizon", "measure") if options[name] is not None}
        if kind == Kind.DELAY:
            given.pop("measure", None)
        try:
            parameters = checked(kind, given)
        except BadParameters as error:
            raise CommandError(str(error)) from error
        lines: dict[tuple[str, ...], Line] = {}
        words = len(("product", "place", "date")) if kind == Kind.DEMAND else 1
        for trained in self._train(kind, parameters, options["organisation"]):
            self._say(trained, int(options["verbosity"]))
            for line in lines_of_result(trained.result):
                lines.setdefault(tuple(line[:words]), line)  # two firms may see the same delivery
        self._print(kind, list(lines.values()), options)

    def _train(self, kind: Kind, parameters: dict[str, Any], named: str | None) -> list[Trained]:
        done: list[Trained] = []
        why = "No organisation has recorded anything yet."
        for organisation in organisations(named):
            try:
                done.append(train(organisation, kind, parameters, lambda percent, words: None))
            except NothingToLearn as error:
                why = f"{organisation.name}: {error}"
        if not done:
            raise CommandError(f"Nothing to learn from. {why}")
        return done

    def _say(self, trained: Trained, verbosity: int) -> None:
        if verbosity > 0:
            out = ", ".join(f"{count} {reason}" for reason, count in trained.counts.items()) or "none"
            self.stderr.write(
                f"{len(trained.data.rows)} verified rows until {trained.data.until}, block {trained.data.as_of_block}; "
                f"left out: {out}"
            )
            self.stderr.write(f"data set {trained.data.root}, predictions {trained.predictions}")

    def _print(self, kind: Kind, lines: list[Line], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(as_objects(kind, lines), ensure_ascii=False))
        elif options["csv"]:
            try:
                with Path(options["csv"]).open("w", encoding="utf-8", newline="") as file:
                    write_csv(file, kind, lines)
            except OSError as error:
                raise CommandError(f"cannot write {options['csv']}: {error.strerror}") from error
        else:
            write_csv(self.stdout, kind, lines)  # type: ignore[arg-type]


def organisations(named: str | None) -> list[Organisation]:
    """The one named, or all that have records. Raises CommandError for a name that nobody has."""
    if named:
        found = list(Organisation.objects.filter(Q(name=named) | Q(pgln=named) | Q(msp_id=named)))
        if not found:
            known = ", ".join(Organisation.objects.values_list("name", flat=True))
            raise CommandError(f"no organisation called {named!r}; there are: {known}")
        return found
    recording = Record.objects.order_by().values_list("organisation_id", flat=True).distinct()
    return list(Organisation.objects.filter(pk__in=recording).order_by("pk"))
