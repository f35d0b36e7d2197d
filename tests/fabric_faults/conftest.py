"""A network, its cables and the application, all to be broken, and the table of what came of it."""

import os
import subprocess

import pytest

from docker.native import FabricNetwork, ProgramsMissing, require
from tests import fabric_fixtures
from tests.bench import saved
from tests.fabric_faults import application, cables
from tests.stack import ROOT


@pytest.fixture(scope="module")
def rows(request):
    """Results of this module's trials; shown and saved at its end."""
    found = []
    yield found
    if found:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            saved.keep("fabric-faults", {"faults": [row.as_json() for row in found]})


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Of this module's own: what is on its ledger, the application has to know."""
    try:
        require()
    except ProgramsMissing as why:
        pytest.skip(f"{fabric_fixtures.WORDS}. {why}")
    with FabricNetwork(tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.fixture(scope="module")
def lines(network):
    with cables.between(network) as made:
        yield made


@pytest.fixture(scope="module")
def app(network, lines, tmp_path_factory):
    folder = tmp_path_factory.mktemp("application")
    given = {"connection": lines.connection_file(network), "database": os.environ.get("DATABASE_URL", "")}
    with application.running(network, folder, **given) as made:
        yield made
        audit = made.manage("verify_ledger", "--json")
        assert audit.returncode == 0, audit.stdout + audit.stderr


@pytest.fixture(scope="module")
def postgres():
    """The URL of a PostgreSQL of the module's own."""
    command = [str(ROOT / ".ci" / "with-postgres"), "sh", "-c", "echo $DATABASE_URL; exec cat"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        url = server.stdout.readline().strip()
        if not url:
            pytest.skip("PostgreSQL's programs are missing")
        yield url
        server.stdin.close()
