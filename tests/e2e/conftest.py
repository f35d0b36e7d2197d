"""A web server, a ledger daemon and a browser, all real, on a data folder of their own."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.stack import ROOT, free_port, until

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@dataclass
class Site:
    """Where the application runs, and what it was seeded with."""

    folder: Path
    port: int = field(default_factory=free_port)
    seeded: dict = field(default_factory=dict)
    processes: list[subprocess.Popen] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k not in {"SECRET_KEY", "KEYSTORE_KEY", "DATABASE_URL"}}
        ours = {"DATA_DIR": str(self.folder), "PUBLIC_URL": self.url, "DEMO": "1", "BATCH_WAIT": "0.1"}
        return {**kept, **ours, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "traceapp.settings"}

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self, name: str, *command: str) -> subprocess.Popen:
        with (self.folder / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, *command], env=self.environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
            )
        self.processes.append(process)
        return process

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    def logs(self) -> str:
        return "\n".join(f"--- {log.name}\n{log.read_text()[-3000:]}" for log in self.folder.glob("*.log"))

    def path_of(self, lot: str) -> str:
        return f"/01/{self.seeded['gtin']}/10/{lot}"


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    from urllib.error import URLError
    from urllib.request import urlopen

    one = Site(tmp_path_factory.mktemp("site"))
    one.run("manage.py", "migrate", "--verbosity", "0")
    one.run("manage.py", "collectstatic", "--verbosity", "0", "--no-input")  # as it is served: compressed
    one.seeded = json.loads(one.run("-m", "tests.e2e.seed").splitlines()[-1])
    one.start("ledgerd", "manage.py", "ledgerd")
    web = one.start(
        "web", "-m", "gunicorn", "--bind", f"127.0.0.1:{one.port}", "--workers", "1", "--threads", "4",
        "--access-logfile", "-", "traceapp.wsgi",
    )  # fmt: skip

    def answers() -> bool:
        assert web.poll() is None, one.logs()
        try:
            with urlopen(f"{one.url}/healthz", timeout=5) as answer:
                return answer.status == 200
        except (URLError, ConnectionError, TimeoutError):
            return False

    try:
        until(answers, "the web server answers", 180)
        yield one
    finally:
        one.stop()


@pytest.fixture(scope="session")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield one
        one.close()


class Watched:
    """A page whose console errors and failed requests are kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    @property
    def unexpected(self) -> list[str]:
        """Chromium also reports the status of a page that is meant to be a 400 or a 404."""
        return [error for error in self.errors if "status of 404" not in error and "status of 400" not in error]


@pytest.fixture
def tab(browser: Browser, site: Site):
    """A fresh browser context at 1280 px; any console error fails the test."""
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    watched = Watched(context.new_page())
    yield watched.page
    context.close()
    assert not watched.unexpected, watched.errors


def log_in(page: Page, site: Site, email: str = "supplier@example.org") -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(site.seeded["password"])
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(f"{site.url}/")


@pytest.fixture
def member_tab(tab, site):
    log_in(tab, site)
    return tab
