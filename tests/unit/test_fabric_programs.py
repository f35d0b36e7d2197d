"""Fabric's programs missing, of no use or too old, and Docker away: one sentence that says which and what to do."""

import os
import subprocess
import sys

import pytest

from docker.native import programs
from tests.stack import ROOT

GOOD = "#!/bin/sh\necho ' Version: v3.1.5'\n"


@pytest.fixture
def home(tmp_path):
    """A FABRIC_HOME with every program."""
    for name in programs.NEEDED:
        program(tmp_path, name)
    return tmp_path


def program(home, name, text=GOOD, mode=0o755):
    path = home / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def said(module, *arguments, home="", path="/nowhere"):
    """What a command printed on standard error: one line, after which it ended with 1."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PATH": str(path), "FABRIC_HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def check(home):
    return said("docker.native", "--check", home=home)


def test_with_every_program_there_is_nothing_to_say(home, monkeypatch):
    monkeypatch.setenv("FABRIC_HOME", str(home))
    monkeypatch.setenv("PATH", "/bin:/usr/bin")
    assert programs.require() == {name: str(home / "bin" / name) for name in programs.NEEDED}


@pytest.mark.parametrize("name", programs.NEEDED)
def test_each_one_that_is_missing_is_named(home, name):
    (home / "bin" / name).unlink()
    sentence = check(home)
    assert sentence.startswith(f"Fabric's program {name} was not found in FABRIC_HOME/bin or on the PATH: unpack")
    assert "or install Docker" in sentence


def test_several_are_named_together_and_nothing_is_made(home):
    for name in ("orderer", "configtxgen"):
        (home / "bin" / name).unlink()
    sentence = said("docker.native", "--folder", str(home / "x"), home=home)
    assert sentence.startswith("Fabric's programs orderer and configtxgen were not found")
    assert not (home / "x").exists()


@pytest.mark.parametrize("name", programs.NEEDED)
def test_one_that_is_not_executable_is_named_with_its_place(home, name):
    path = program(home, name, mode=0o644)
    assert f"{path} cannot be run: make executable with `chmod +x {path}`" in check(home)


@pytest.mark.parametrize("name", programs.NEEDED)
def test_one_for_another_machine_is_named_with_its_place(home, name):
    path = program(home, name, "\x7fELF of another machine")
    assert f"{path} does not run here" in check(home)


def test_one_that_fails_is_named_with_its_place(home):
    path = program(home, "peer", "#!/bin/sh\nexit 127\n")
    assert f"{path} does not run here (it ended with 127)" in check(home)


@pytest.mark.parametrize("version", ["2.5.14", "v1.4.9", "3.0.0"])
def test_an_old_version_is_named_beside_the_one_that_is_needed(home, version):
    path = program(home, "orderer", f"#!/bin/sh\necho 'orderer:\n Version: {version}'\n")
    assert f"{path} is version {version} and 3.1 or later is needed" in check(home)


def test_a_fabric_home_that_is_none_is_named(home):
    assert check(home / "nowhere").startswith(f"FABRIC_HOME is {home / 'nowhere'}, where there is no folder bin")


def test_docker_that_is_not_there_is_said(tmp_path):
    assert said("docker.containers", "--folder", str(tmp_path / "x")).startswith("Docker is not installed")


def test_docker_without_its_plugin_or_its_service_is_said(tmp_path):
    fake = tmp_path / "docker"
    for text, words in (
        ("#!/bin/sh\nexit 1\n", "Docker's compose plugin is missing"),
        ('#!/bin/sh\n[ "$1" = compose ]\n', "Docker is there but does not answer"),
    ):
        fake.write_text(text)
        fake.chmod(0o755)
        assert said("docker.containers", "--down", path=f"{tmp_path}:{os.defpath}").startswith(words)


def test_a_folder_that_cannot_be_written_is_said(home):
    (home / "file").write_text("")
    assert "The network cannot run in" in said("docker.native", "--folder", str(home / "file" / "x"), home=home)
