"""Ctrl-C may arrive twice: from the terminal, and passed on by what started us. Tidying up must not be cut off."""

import subprocess
import sys

import pytest

from tests.stack import ROOT

CODE = """
import os, signal
from {module} import _interrupt
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, _interrupt)
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(os.getpid(), number)
    print("tidied up")
"""


@pytest.mark.parametrize("module", ["docker.native.__main__", "traceapp.demo.management.commands.demo"])
def test_ctrl_c_that_arrives_twice_interrupts_once(module):
    settings = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'traceapp.settings'; import django; django.setup()\n"
    done = subprocess.run(
        [sys.executable, "-c", settings + CODE.format(module=module)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "tidied up\n", done.stderr
