"""Limits of a fit: processor time decides, in libraries and in what they start; the clock only ends what hangs."""

import signal
import subprocess
import sys

import pytest

from forecasting.demand.limits import Limits, limits
from forecasting.runtime import ROOT

BURN = "while True: pass"


def ended(work: str, processor: float, clock: float) -> int:
    """How a process ended that did this within limits."""
    code = f"from forecasting.demand.limits import Limits, within\nwith within(Limits({processor}, {clock})):\n {work}"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode


@pytest.mark.parametrize("work", [BURN, "sum(range(10**15))"])
def test_who_works_too_long_is_ended_also_within_a_library(work):
    code = ended(work, 0.05, 100)
    assert code == -signal.SIGPROF
    assert Limits(300, 3600).why(code) == "it took more than 300 seconds of processor time"


def test_who_waits_is_not_ended_until_the_far_limit_which_says_so():
    assert ended("import time; time.sleep(0.3)", 0.1, 100) == 0
    code = ended("import time; time.sleep(100)", 50, 0.1)
    assert Limits(300, 3600).why(code) == "it had not ended after 3600 seconds by the clock"


def test_what_a_fit_starts_counts_and_has_a_limit_of_its_own():
    code = """
import resource, subprocess, sys
from forecasting.demand.limits import Limits
from forecasting.demand.worker import answer
work = "import resource, sys; sum(range(10**7)); sys.exit(resource.getrlimit(resource.RLIMIT_CPU)[0] < 60)"
started = lambda: subprocess.run([sys.executable, "-c", work]).returncode
print(answer(started, Limits(30, 300)), answer(started, Limits(0.05, 300)), answer(lambda: 7, Limits(0.05, 300)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == f"{ {'said': 1} } { {'error': Limits(0.05).too_much} } { {'said': 7} }\n"


def test_limits_come_from_the_environment_and_another_end_is_no_limits_doing():
    found = limits({"FORECAST_FIT_SECONDS": "20", "FORECAST_FIT_CLOCK_SECONDS": "900"})
    assert (found, limits({})) == (Limits(20, 900), Limits(300, 3600))
    assert not any(found.why(code) for code in (0, 1, -signal.SIGKILL, -signal.SIGSEGV))
