"""`manage.py demo`: everything on one machine, started and ended together."""

import contextlib
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from traceapp.demo import lorry, measuring, money, screen, seed
from traceapp.demo.checks import NotReady, check_folder, check_port, lock_folder
from traceapp.demo.generator import DemoData, generate
from traceapp.demo.people import make_master_data, make_people
from traceapp.demo.state import DemoState, load, save
from traceapp.demo.supervisor import Supervisor

WEB_WITHIN = 180.0  # seconds: two workers start beside everything else, on whatever machine


class Command(BaseCommand):
    help = "Seed the demo consortium and serve it on this machine. Ctrl-C ends it; data stay in DATA_DIR."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--empty", action="store_true", help="Make the firms and their people, but log no events.")

    def handle(self, *args: Any, port: int, empty: bool, **options: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job is born deaf to SIGINT
            signal.signal(number, _interrupt)
        self.console = Console(file=sys.stdout, highlight=False)
        folder = Path(settings.DATA_DIR)
        try:
            check_port(port)
            check_folder(folder)
            with lock_folder(folder), contextlib.suppress(KeyboardInterrupt):
                self._run(port, folder, empty)
        except NotReady as error:
            raise CommandError(str(error)) from error

    def _run(self, port: int, folder: Path, empty: bool) -> None:
        url = f"http://127.0.0.1:{port}"
        (folder / "public-url").write_text(_environment(url)["PUBLIC_URL"])
        state = load(folder)
        data = generate(state.moment.date(), state.moment)
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        make_people(state.password)
        money.give_authenticators(state.password)
        seed.make_tokens(state, folder)
        processes = Supervisor(folder / "logs", _environment(url), say=self.console.print)
        try:
            _start(processes, port)
            _wait_for(f"{url}/healthz", processes)
            self.console.print(f"Serving on {url} (Ctrl-C ends it)")
            make_master_data(data.lots)
            if not empty:
                self._seed(data, state, folder, url)
                if state.measured:
                    _send_lorry(data, state, folder, url, processes)
                if state.trained:
                    processes.start("models", *_command("demo_models"), once=True)
            screen.show_addresses(self.console, url, data.planted, state)
            while True:
                processes.tend()
                time.sleep(0.25)
        finally:
            processes.stop()
            self.console.print("Stopped. The data stay in " + str(folder), soft_wrap=True)

    def _seed(self, data: DemoData, state: DemoState, folder: Path, url: str) -> None:
        """Each part is done once; what was cut off is done again, harmlessly."""
        if not state.seeded:
            with Progress(console=self.console) as progress:
                task = progress.add_task("Logging two years of events", total=data.size())
                seed.post_events(data, state, url, lambda done, _: progress.update(task, completed=done))
                anchoring = progress.add_task("Waiting for the ledger", total=None)
                anchored = seed.wait_until_anchored(
                    lambda done, most: progress.update(anchoring, completed=done, total=most)
                )
            state.seeded = anchored
            save(folder, state)
        if state.seeded and not state.measured:
            with Progress(console=self.console) as progress:
                task = progress.add_task("Sending what loggers measured", total=None)
                state.measured = measuring.measure(
                    data, state, url, lambda done, most: progress.update(task, completed=done, total=most)
                )
            save(folder, state)
        if state.seeded and not state.planted:
            seed.change_one_row(data.planted.changed_event)
            state.planted = True
            save(folder, state)
        if state.seeded and not state.paid:
            state.paid = money.move()
            save(folder, state)
        if state.planted and not state.trained:
            seed.ask_for_forecasts(state.moment.date())
            state.trained = True
            save(folder, state)


def _send_lorry(data: DemoData, state: DemoState, folder: Path, url: str, processes: Supervisor) -> None:
    if not state.lorry_came:
        lorry.set_conditions(lorry.goods(data.lots))
        state.lorry_came = (datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)).isoformat()
        save(folder, state)
    measuring.keep_devices(folder, state.moment)
    processes.start("lorry", *_command("demo_lorry"), "--url", url)


def _command(name: str) -> list[str]:
    return [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), name]


def _environment(url: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "traceapp.settings",
        "DATA_DIR": str(settings.DATA_DIR),
        "DEMO": "1",
        "PUBLIC_URL": settings.PUBLIC_URL if "PUBLIC_URL" in os.environ else url,
        "PYTHONUNBUFFERED": "1",
    }


def _start(processes: Supervisor, port: int) -> None:
    python = sys.executable
    processes.start(
        "web", python, "-m", "gunicorn", "traceapp.wsgi", "--bind", f"127.0.0.1:{port}",
        "--config", str(settings.BASE_DIR / "gunicorn.conf.py"),
        "--no-control-socket", "--workers", "2", "--threads", "4", "--timeout", "120", "--access-logfile", "-",
    )  # fmt: skip
    processes.start("ledgerd", *_command("ledgerd"))
    processes.start("deliver", *_command("deliver"))
    celery = [python, "-m", "celery", "-A", "traceapp"]
    processes.start("worker", *celery, "worker", "--queues", "celery", "--concurrency", "1", "--loglevel", "INFO")
    processes.start(
        "watch", *celery, "worker", "--queues", "watch", "--pool", "solo", "--hostname", "watch@%h",
        "--loglevel", "INFO",
    )  # fmt: skip
    processes.start("beat", *celery, "beat", "--loglevel", "INFO", "--pidfile=")


def _wait_for(url: str, processes: Supervisor) -> None:
    until = time.monotonic() + WEB_WITHIN
    while time.monotonic() < until:
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(url, timeout=2),
        ):
            return
        processes.tend()
        time.sleep(0.1)
    raise NotReady(
        f"The web server did not answer within {WEB_WITHIN:.0f} s; its reasons are in {processes.logs / 'web.log'}."
    )


def _interrupt(number: int, frame: object) -> None:
    # What starts us may pass Ctrl-C on though the terminal sent it to us already: ending must not be cut off by that.
    for again in (signal.SIGINT, signal.SIGTERM):
        signal.signal(again, signal.SIG_IGN)
    raise KeyboardInterrupt
