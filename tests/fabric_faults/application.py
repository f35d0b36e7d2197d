"""The application on a Fabric network, as an operator runs it: gunicorn, and `ledgerd` with a second one standing by."""

import contextlib
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from docker.native import FabricNetwork
from docker.native.processes import Processes
from tests.observer import Observer
from tests.stack import ROOT, free_port
from traceapp.demo.consortium import FIRMS

PREPARE = """
import sys
from pathlib import Path
from django.core.management import call_command
from traceapp.accounts.models import Membership, Organisation, User
from traceapp.accounts.tokens import make_token
from traceapp.demo.consortium import FIRMS
call_command("migrate", verbosity=0)
firm = FIRMS["%s"]
made = Organisation.objects.create(name=firm.name, pgln=firm.pgln, msp_id=firm.msp_id, company_prefix=firm.prefix)
user = User.objects.create_user("supplier@example.com")
Membership.objects.create(user=user, organisation=made, role="supplier")
call_command("import_identity", firm.msp_id, cert=Path("%s"), key=Path("%s"), stdout=sys.stderr)
print(make_token(user=user, organisation=made, name="Load")[1])
"""


class Application:
    """On a data folder of its own, for one firm of the demo.

    `connection`: its connection file; `database`: a URL, else SQLite in the folder.
    """

    def __init__(self, network: FabricNetwork, folder: Path, *, connection: Path, database: str, firm: str) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        given = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DEMO"}}
        self.environment = given | {
            "DJANGO_SETTINGS_MODULE": "traceapp.settings",
            "DATA_DIR": str(folder),
            "DATABASE_URL": database or f"sqlite:///{folder / 'traceapp.sqlite3'}",
            "LEDGER": "fabric",
            "FABRIC_CONFIG": str(connection),
            "PUBLIC_URL": self.url,
            "RATE_USER": "1000000/min",
            "BATCH_WAIT": "0.1",  # many small batches: a fault is to meet many transactions, each at another step
            "BATCH_SIZE": "100",
            "PYTHONUNBUFFERED": "1",
        }
        folder.mkdir(parents=True, exist_ok=True)
        self.processes = Processes(folder)
        self.token = self._prepare(network, firm)
        self.observer = Observer(self.environment)

    def start(self, name: str) -> None:
        """`web`, `ledgerd` or `ledgerd-2`: nothing if it runs."""
        manage = [sys.executable, str(ROOT / "manage.py"), "ledgerd"]
        web = [sys.executable, "-m", "gunicorn", "traceapp.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command = [*web, "--no-control-socket", "--threads", "4"] if name == "web" else manage
        self.processes.start(name, command, self.environment)

    def works(self) -> str:
        """The name of the ledgerd that holds the lock: the one that said so last."""
        names = [name for name in ("ledgerd", "ledgerd-2") if self.processes.runs(name)]
        return max(names, key=lambda name: self.log(name).count("ledgerd works"))

    def log(self, name: str) -> str:
        return self.processes.log(name).read_text()

    def manage(self, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *command],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def answers(self) -> bool:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            return bool(urllib.request.urlopen(f"{self.url}/healthz", timeout=5).status == 200)
        return False

    def close(self) -> None:
        self.observer.close()
        self.processes.close()

    def _prepare(self, network: FabricNetwork, firm: str) -> str:
        """The database, and one firm with its identity. Returns its API token."""
        msp_id, pgln = FIRMS[firm].msp_id, FIRMS[firm].pgln
        files = self.folder / "identity-cert.pem", self.folder / "identity-key.pem"
        key, certificate = network.client_identity(msp_id, org=pgln, role="recorder")
        files[0].write_bytes(certificate)
        files[1].write_bytes(key)
        done = self.manage("shell", "-v0", "-c", PREPARE % (firm, *files))
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[-1]


@contextlib.contextmanager
def running(
    network: FabricNetwork,
    folder: Path,
    *,
    connection: Path,
    database: str = "",
    firm: str = "huerta-alba",
    stand_by: bool = True,
) -> Iterator[Application]:
    """Started, answering, and ended with all its processes."""
    made = Application(network, folder, connection=connection, database=database, firm=firm)
    try:
        for name in ("web", "ledgerd"):
            made.start(name)
        made.processes.wait_until("web", made.answers)
        made.processes.wait_until("ledgerd", lambda: "ledgerd works" in made.log("ledgerd"))
        if stand_by:
            made.start("ledgerd-2")
            made.processes.wait_until("ledgerd-2", lambda: "stands by" in made.log("ledgerd-2"))
        yield made
    finally:
        made.close()
