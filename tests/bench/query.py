"""Queries among a million events on a PostgreSQL of its own: one page of 100 events, from the request to its bytes.

`QUERY_BENCH_EVENTS` makes it a smaller one. Run alone: `.ci/with-postgres python -m tests.bench.query`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

from tests.bench import million

ROOT = Path(__file__).resolve().parents[2]
COUNT = int(os.environ.get("QUERY_BENCH_EVENTS", "1000000"))
TIMES = 5
VIEWERS = {"owner": 0, "small": 2}  # who recorded 60 of a hundred events, and who recorded 10


def names() -> list[str]:
    """The figures that are times."""
    return [f"query_{who}_{name}_ms" for who in VIEWERS for name in _queries()]


def measure() -> dict[str, float]:
    """The figures, or none where PostgreSQL is not installed."""
    with tempfile.TemporaryDirectory(prefix="traceapp-bench-") as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "traceapp.settings",
            "RATE_USER": "1000000/min",
            "ALLOWED_HOSTS": "testserver",
        }
        command = [str(ROOT / ".ci/with-postgres"), sys.executable, "-m", "tests.bench.query"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"Queries were not measured: {done.stderr.strip()[-2000:]}")
        return {}
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    started = time.monotonic()
    firms = _firms()
    million.load(COUNT, firms)
    _say(f"loaded in {time.monotonic() - started:.0f} s")
    _anchor()
    _say(f"on the ledger after {time.monotonic() - started:.0f} s")
    print(json.dumps(_figures()))


def _say(words: str) -> None:
    print(words, file=sys.stderr)


def _firms() -> million.Firms:
    from tests.factories import OrganisationFactory
    from traceapp.ledger import apps, provision

    made = [OrganisationFactory() for _ in range(3)]
    provision.provision(apps.ledger(), apps.founder())
    return million.Firms(tuple(one.pk for one in made), tuple(one.pgln for one in made))


def _anchor() -> None:
    from traceapp.ledger import apps, evidence, projection
    from traceapp.ledger.models import Batch
    from traceapp.ledger.relay import Relay
    from traceapp.ledger.signers import Signers

    ledger, signers = apps.ledger(), Signers()
    relay = Relay(ledger, signers)
    while Batch.objects.filter(evidenced=None).exists():
        relay.step()
        projection.follow(ledger, timeout=0.1)
        evidence.gather(ledger, signers)


def _queries() -> dict[str, dict[str, Any]]:
    """By what is asked together; the last of each pair is the hard kind, that finds little among much."""
    day = timedelta(days=1)
    middle = million.recorded(COUNT // 2)
    place = f"https://id.gs1.org/414/{million.gln(7)}"
    span = {"GE_eventTime": f"{middle:%Y-%m-%dT%H:%M:%SZ}", "LT_eventTime": f"{middle + day:%Y-%m-%dT%H:%M:%SZ}"}
    since = {"GE_recordTime": f"{middle:%Y-%m-%dT%H:%M:%SZ}"}
    party = {"EQ_destination_owning_party": f"https://id.gs1.org/417/{million.gln(501)}"}
    return {
        "epc": {"MATCH_epc": million.CRATE},
        "epc_newest": {"MATCH_anyEPC": million.CRATE, "orderBy": "eventTime"},
        "step_and_disposition": {"EQ_bizStep": "shipping", "EQ_disposition": "in_transit"},
        "step_and_disposition_rare": {"EQ_bizStep": "inspecting", "EQ_disposition": "recalled"},
        "step_and_disposition_none": {"EQ_bizStep": "shipping", "EQ_disposition": "in_progress"},
        "type_and_action": {"eventType": "ObjectEvent", "EQ_action": "DELETE"},
        "step_and_place": {"EQ_bizStep": "unpacking", "EQ_bizLocation": place},
        "step_and_party": {"EQ_bizStep": "inspecting", **party},
        "place_and_party": {"EQ_bizLocation": place, **party},
        "product_and_step": {"MATCH_epc": f"https://id.gs1.org/01/{million.GTIN}", "EQ_bizStep": "unpacking"},
        "step_and_event_time": {"EQ_bizStep": "shipping", **span},
        "step_and_record_time": {"EQ_bizStep": "shipping", **since},
        "action_and_record_time": {"EQ_action": "DELETE", **since},
        "step_by_event_time": {"EQ_bizStep": "shipping", "orderBy": "eventTime"},
        "place_by_event_time": {"EQ_bizLocation": place, "orderBy": "eventTime"},
        "record_time_alone": since,
        "everything": {},
    }


def _figures() -> dict[str, float]:
    from django.test import Client

    from tests.factories import api_token, member
    from traceapp.accounts.models import Organisation

    figures: dict[str, float] = {"query_events": COUNT}
    organisations = list(Organisation.objects.order_by("pk"))
    tokens = {name: api_token(member(organisations[at]), organisations[at]) for name, at in VIEWERS.items()}
    for who, token in tokens.items():
        headers = {"Authorization": f"Bearer {token}"}
        for name, parameters in _queries().items():
            taken, found = _time(Client(), headers, parameters)
            figures[f"query_{who}_{name}_ms"] = taken * 1000
            _say(f"{who} {name}: {taken * 1000:.1f} ms, {found} events")
    return figures


def _time(client: Any, headers: Mapping[str, str], parameters: Mapping[str, Any]) -> tuple[float, int]:
    """The middle one of some times, after one that warms up; and how many events came."""
    taken = []
    for _ in range(TIMES + 1):
        started = time.perf_counter()
        answer = client.get("/epcis/events", {"perPage": 100, **parameters}, headers=dict(headers))
        taken.append(time.perf_counter() - started)
        assert answer.status_code == 200, answer.content
    found = answer.json()["epcisBody"]["queryResults"]
    assert all(one["traceapp:state"] == "verified" for one in found["traceapp:records"])
    return sorted(taken[1:])[TIMES // 2], len(found["resultsBody"]["eventList"])


if __name__ == "__main__":
    main()
