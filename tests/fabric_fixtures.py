"""A Fabric network of the test run's own, shared by all suites; where its programs are missing, that is said loudly."""

import pytest

from docker.native import FabricNetwork, missing

WORDS = "Fabric's programs are missing"


@pytest.fixture(scope="session")
def fabric_network(tmp_path_factory):
    """Running, with the contract deployed. Whoever kills a node starts it again."""
    if missing():
        pytest.skip(f"{WORDS}: {', '.join(missing())}")
    with FabricNetwork(tmp_path_factory.mktemp("fabric")) as running:
        yield running


def pytest_terminal_summary(terminalreporter):
    skipped = [one for one in terminalreporter.stats.get("skipped", ()) if WORDS in str(one.longrepr)]
    if skipped:
        terminalreporter.section("FABRIC TESTS DID NOT RUN", sep="!")
        terminalreporter.write_line(
            f"{len(skipped)} tests were skipped. Not found in FABRIC_HOME/bin or on the PATH: {', '.join(missing())}."
        )
