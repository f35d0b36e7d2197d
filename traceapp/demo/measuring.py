"""Register the demo's loggers, wait for the ledger, and send what they measured: by the doors that everybody uses."""

import json
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from traceapp.accounts.models import Membership, Organisation
from traceapp.accounts.roles import RECORDERS
from traceapp.demo import lorry
from traceapp.demo.client import Client
from traceapp.demo.consortium import FIRMS
from traceapp.demo.events import document
from traceapp.demo.generator import DemoData
from traceapp.demo.loggers import LOGGERS, Logger, journeys, messages
from traceapp.demo.state import DemoState
from traceapp.sensors import devices
from traceapp.sensors.devices import Description
from traceapp.sensors.models import Device, DeviceKey

REGISTERED_WITHIN = 60.0  # seconds


def measure(data: DemoData, state: DemoState, url: str, report: Callable[[int, int], None]) -> bool:
    """All of it; what was sent before is the same again. False if the ledger does not hold the keys in time."""
    for logger in LOGGERS:
        _register(logger, state)
    if not _in_force():
        return False
    for number, logger in enumerate(LOGGERS, 1):
        _upload(url, list(messages(logger, state.moment)))
        report(number, len(LOGGERS))
    events = journeys(data.lots, state.moment)
    Client(url, state.tokens["kestrel"]).capture(document(events, state.moment), f"demo-journeys-{state.made}")
    return True


def keep_devices(folder: Path, moment: datetime) -> None:
    """The loggers' own files, with which `simulate_device` goes on where their messages end."""
    for logger in LOGGERS:
        lorry.keep(folder, logger, len(list(messages(logger, moment))) + len(logger.lost))


def _register(logger: Logger, state: DemoState) -> None:
    if Device.objects.filter(giai=logger.giai).exists():
        return
    organisation = Organisation.objects.get(pgln=FIRMS[logger.firm].pgln)
    member = Membership.objects.filter(organisation=organisation, role__in=RECORDERS).order_by("id")[0]
    due = logger.due(state.moment.date())
    about = Description(
        name=logger.name,
        model=logger.model,
        calibrated_on=due - timedelta(days=365),
        calibration_due=due,
        certificate=f"CAL-{logger.number}",
    )
    public = logger.device.public_key
    devices.register(organisation=organisation, by=member.user, giai=logger.giai, public_key=public, about=about)


def _in_force() -> bool:
    until = time.monotonic() + REGISTERED_WITHIN
    kids = [logger.device.kid for logger in LOGGERS]
    while DeviceKey.objects.filter(kid__in=kids, state=DeviceKey.State.REQUESTED).exists():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def _upload(url: str, signed: list[str]) -> None:
    body, headers = json.dumps(signed).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/api/v1/sensors/messages", body, headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        told = json.load(answer)
    if told["refused"]:
        raise RuntimeError(
            f"a logger's messages were refused: {[one for one in told['answers'] if 'reason' in one][:1]}"
        )
