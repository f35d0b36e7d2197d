"""A Fabric network of the test run's own, shared by all suites; where its programs are missing, that is said loudly."""

import pytest

from docker.native import FabricNetwork, ProgramsMissing, require

WORDS = "No Fabric network can run here"


def skip_without_programs():
    try:
        require()
    except ProgramsMissing as why:
        pytest.skip(f"{WORDS}. {why}")


@pytest.fixture(scope="session")
def fabric_network(tmp_path_factory):
    """Running, with the contract deployed. Whoever kills a node starts it again."""
    skip_without_programs()
    with FabricNetwork(tmp_path_factory.mktemp("fabric")) as running:
        yield running


def pytest_terminal_summary(terminalreporter):
    skipped = [one for one in terminalreporter.stats.get("skipped", ()) if WORDS in str(one.longrepr)]
    if skipped:
        terminalreporter.section("FABRIC TESTS DID NOT RUN", sep="!")
        why = str(skipped[0].longrepr).partition(f"{WORDS}. ")[2].rstrip("')")
        terminalreporter.write_line(f"{len(skipped)} tests were skipped. {why}")
