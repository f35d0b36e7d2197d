"""What stops the demo from starting is said in one sentence."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from traceapp.demo.checks import NotReady, check_folder, check_port, lock_folder
from traceapp.demo.state import load, save
from traceapp.demo.supervisor import Supervisor


def test_a_port_in_use_is_refused_with_another_to_try():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(NotReady, match=f"Port {port} is in use.*PORT={port + 1}"):
            check_port(port)


def test_a_number_that_is_no_port_is_refused():
    with pytest.raises(NotReady, match="70000 is not a port"):
        check_port(70000)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotReady, match="cannot be written"):
        check_folder(tmp_path / "file" / "data")


def test_a_folder_without_room_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("traceapp.demo.checks.ROOM", 2**60)
    with pytest.raises(NotReady, match="MB left on its disk"):
        check_folder(tmp_path)


def test_one_folder_serves_one_demo(tmp_path):
    with lock_folder(tmp_path), pytest.raises(NotReady, match="Another demo is running"):
        lock_folder(tmp_path)


def test_the_state_is_kept_and_readable_by_its_owner_only(tmp_path):
    state = load(tmp_path)
    state.tokens["huerta-alba"] = "secret"
    save(tmp_path, state)
    assert load(tmp_path) == state
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0


@pytest.fixture
def supervisor(tmp_path):
    said = []
    made = Supervisor(tmp_path / "logs", {}, said.append)
    made.said = said
    yield made
    made.stop()


def wait_for(holds):
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_killed_process_is_started_again_and_said(supervisor):
    supervisor.start("sleeper", sys.executable, "-c", "import time; time.sleep(600)")
    first = supervisor.children[0].process
    supervisor.children[0].started -= 60  # it had run for a minute
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    supervisor.tend()
    assert supervisor.children[0].process.pid != first.pid
    assert "sleeper ended (by SIGKILL)" in supervisor.said[0]


def test_what_has_an_end_is_started_again_until_it_ended_well(supervisor, tmp_path):
    code = (
        f"import pathlib, sys; p = pathlib.Path({str(tmp_path / 'ran')!r}); n = p.exists(); p.touch(); sys.exit(not n)"
    )
    supervisor.start("models", sys.executable, "-c", code, once=True)

    def ended():
        supervisor.tend()
        return supervisor.children[0].ended

    supervisor.children[0].started -= 60
    wait_for(ended)
    supervisor.tend()
    assert supervisor.said == ["models ended (exit code 1) and is started again; see models.log"]
    assert supervisor.running()


def test_stopping_ends_what_a_child_started_too(supervisor, tmp_path):
    code = (
        "import subprocess, sys, time; "
        "c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(c.pid)); time.sleep(600)"
    )
    supervisor.start("parent", sys.executable, "-c", code)
    wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    grandchild = int((tmp_path / "pid").read_text())
    supervisor.stop()

    def ended():
        shown = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(grandchild)], capture_output=True, text=True, check=False
        )
        return shown.stdout.strip()[:1] in {"", "Z"}

    wait_for(ended)
