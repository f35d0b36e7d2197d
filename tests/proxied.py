"""The application as it stands in production: gunicorn behind nginx, with a database of its own."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.stack import ROOT, free_port, until

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{backend};
      proxy_set_header Host $http_host;
      proxy_buffer_size 16k;
      proxy_buffers 8 16k;
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Proxied:
    """Addresses of nginx and of the gunicorn behind it, and what the seed printed."""

    url: str
    backend: str
    said: str


@contextmanager
def proxied(folder: Path, seed: str) -> Iterator[Proxied]:
    """Serve a fresh database, filled by the statements of `seed`."""
    (folder / "data").mkdir()
    environment = {**os.environ, "DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    environment.pop("DATABASE_URL", None)
    port, behind = free_port(), free_port()
    environment["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    _manage(environment, "migrate", "-v0")
    said = _manage(environment, "shell", "-v0", "-c", seed)
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=port, backend=behind))
    url, backend = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{behind}"
    gunicorn = [sys.executable, "-m", "gunicorn", "traceapp.wsgi", "--bind", f"127.0.0.1:{behind}", "--threads", "2"]
    nginx = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    with _running(gunicorn, backend, environment), _running(nginx, url, environment):
        yield Proxied(url, backend, said)


def _manage(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def _running(command: list[str], url: str, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment)
    try:
        until(lambda: process.poll() is not None or _answers(url), f"{command[0]} answers", within=120)
        assert process.poll() is None, f"{command[0]} ended"
        yield
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
