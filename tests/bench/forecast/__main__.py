"""`make bench-forecast`: forecasts over the data sets of a folder (TRACEAPP_DATA), saved as JSON and Markdown.

`--series 40` takes a sample of each set, `--sets pasta carparts` some of the sets, `--origins 1` the latest tests
only, `--unplanned` keeps to itself which offers lie ahead.
Nothing here passes or fails; the goals stand beside what was reached.
"""

import argparse
import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

import django

from forecasting import runtime

Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def main() -> None:
    runtime.one_thread(os.environ)  # before numpy is loaded: the same answer on any number of cores
    from tests.bench import saved
    from tests.bench.forecast import demand, sets

    names = [each.name for each in sets.SETS] + ["scms"]
    asked = _arguments(names)
    tables: dict[str, list[dict[str, Any]]] = {}
    for each in sets.SETS:
        if each.name not in asked.sets:
            continue
        if not each.path.exists():
            print(f"Skipped {each.name}: there is no {each.path}. TRACEAPP_DATA names the folder of the data sets.")
            continue
        figures, spoke = demand.measure(
            each, series=asked.series, origins=asked.origins, workers=asked.workers, planned=not asked.unplanned
        )
        tables.setdefault("demand", []).append(figures)
        tables.setdefault("champions", []).append(spoke)
        print(f"{each.name}: {figures['ratio']} of seasonal naive's WAPE", flush=True)
    if "scms" in asked.sets:
        if sets.DELIVERIES.exists():
            tables["delay"] = [_delay()]
        else:
            print(f"Skipped scms: there is no {sets.DELIVERIES}. TRACEAPP_DATA names the folder of the data sets.")
    if tables:
        file = saved.keep("forecast", tables, series=asked.series or "all", fingerprint=runtime.fingerprint())
        file.with_suffix(".md").write_text(markdown(tables), encoding="utf-8")


def _delay() -> dict[str, Any]:
    """The import's reading stands in the application: it is set up, on a data folder that stays empty."""
    with tempfile.TemporaryDirectory(prefix="traceapp-bench-") as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "traceapp.settings"}
        django.setup()
        from tests.bench.forecast import delay

        return delay.measure()


def _arguments(names: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-forecast", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sets", nargs="+", choices=names, default=names, help="which data sets (default: all)")
    parser.add_argument("--series", type=int, help="so many series of each set, evenly spread (default: all)")
    parser.add_argument("--origins", type=int, help="the latest so many tests of each set (default: all)")
    parser.add_argument("--unplanned", action="store_true", help="do not tell which offers lie ahead")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="fitting processes")
    return parser.parse_args()


def markdown(tables: Tables) -> str:
    """The tables as Markdown."""
    parts = []
    for title, rows in tables.items():
        head = list(rows[0])
        parts.append(f"## {title.capitalize()}\n")
        parts.append("| " + " | ".join(head) + " |\n| " + " | ".join("---" for _ in head) + " |")
        parts += ["| " + " | ".join(str(value) for value in row.values()) + " |" for row in rows]
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    main()
