"""Settings from the environment, `NAME` or, from a file, `NAME_FILE`. What is wrong with a file ends in a sentence."""

import os
import secrets
from pathlib import Path

import environ
from environ.fileaware_mapping import FileAwareMapping


class _Files(FileAwareMapping):  # type: ignore[misc]
    """A file's last line end is not part of the secret: editors and `echo` write one."""

    def __getitem__(self, key: str) -> str:
        named = self.env.get(f"{key}_FILE")
        try:
            found = str(super().__getitem__(key))
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
            raise SystemExit(f"{key}_FILE names {named}, which cannot be read: {why}.") from error
        if named and not found.strip():
            raise SystemExit(f"{key}_FILE names {named}, which is empty.")
        return found.rstrip("\r\n") if named else found


class Env(environ.FileAwareEnv):  # type: ignore[misc]
    """django-environ's, with `NAME_FILE` for every variable."""

    ENVIRON = _Files()


def secret(env: Env, name: str, folder: Path, file: str) -> str:
    """The secret from the environment; without one, a random secret kept in the data folder, readable by us only."""
    given: str = env.str(name, "")
    if given:
        return given
    path = folder / "secrets" / file
    try:
        if not path.exists():  # one that is there already needs no room on the disk
            _make(path)
    except FileExistsError:
        pass  # made by another process just now
    except OSError as error:
        # Whoever sees this started a command by hand: one sentence serves better than a traceback.
        words = f"The data folder {folder} cannot be written ({error.strerror}). Set DATA_DIR to one of your own."
        raise SystemExit(words) from error
    return path.read_text().strip()


def _make(path: Path) -> None:
    """It appears whole or not at all, and only for the first of several processes."""
    path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.touch(0o600)
    try:
        beside.write_text(secrets.token_urlsafe(48))
        os.link(beside, path)
    finally:
        beside.unlink()
