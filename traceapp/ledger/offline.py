"""The page's verifier as one file that a person can keep and open from disk: no network, no server, no other file."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

from django.template.loader import render_to_string

STATIC: Final = Path(__file__).resolve().parents[2] / "static"
_IMPORT: Final = re.compile(r'^import \{[^}]*\} from "(\./[^"]+)";\n', re.MULTILINE)
_EXPORT_LIST: Final = re.compile(r"^export \{[^}]*\};\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|class|const)\b)", re.MULTILINE)


def page() -> str:
    """The whole page. Its policy lets it run its own script and style, and nothing else."""
    script = one_script(STATIC / "js" / "verify_page.js")
    style = (STATIC / "css" / "verify.css").read_text()
    names = {"script": script, "style": style, "script_hash": _hash(script), "style_hash": _hash(style)}
    return render_to_string("verify/offline.html", names)


def one_script(entry: Path) -> str:
    """A module and all that it imports as one module: each file once, before those that need it.

    The files share one scope then, so their top-level names must differ; a script with a clash does not even start.
    """
    parts: dict[Path, str] = {}
    _gather(entry.resolve(), parts)
    return "\n".join(parts.values())


def _gather(module: Path, parts: dict[Path, str]) -> None:
    if module in parts:
        return
    source = module.read_text()
    for imported in _IMPORT.findall(source):
        _gather((module.parent / imported).resolve(), parts)
    bare = _EXPORT.sub("", _EXPORT_LIST.sub("", _IMPORT.sub("", source)))
    if re.search(r"^(?:import|export)\b", bare, re.MULTILINE) or "</script" in bare.lower():
        raise ValueError(
            f"{module} cannot be put into one file: an import or export of another form, or a script's end"
        )
    parts[module] = bare


def _hash(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
