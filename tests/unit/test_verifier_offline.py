"""The verifier as one file: whole, self-contained, and giving the same answers."""

import base64
import hashlib
import json
import re

from django.core.management import call_command

from tests.proof_vectors.folder import FOLDER
from tests.proof_vectors.page_verifier import SCRIPT, ask, needs_node
from traceapp.ledger import offline

VECTORS = json.loads((FOLDER / "vectors.json").read_bytes())


def test_the_command_writes_one_file_that_names_no_other(tmp_path):
    call_command("offline_verifier", output=str(tmp_path / "verify.html"))
    page = (tmp_path / "verify.html").read_text(encoding="utf-8")
    assert not re.search(r"\b(src|href)=|@import|\burl\(|https?://|^import |\bimport\(|fetch\(", page, re.MULTILINE)
    assert len(page) < 120_000


def test_its_policy_allows_its_own_script_and_style_only():
    page = offline.page()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1].replace("&#x27;", "'")
    for tag, name in (('<script type="module">', "script"), ("<style>", "style")):
        content = page.split(tag, 1)[1].split(f"</{name}>", 1)[0]
        expected = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{expected}'" in policy
    assert policy.startswith("default-src 'none'")


@needs_node
def test_the_one_script_answers_as_the_files_do(tmp_path):
    script = tmp_path / "verify.mjs"
    script.write_text(
        offline.one_script(SCRIPT) + "\nexport { TrustError, readTrust, verifyBundle };\n", encoding="utf-8"
    )
    asked = [((FOLDER / one["bundle"]).read_bytes(), (FOLDER / one["trust"]).read_bytes()) for one in VECTORS]
    answers = ask(asked, script=script)
    assert [(one["verified"], one["reason"], one["step"]) for one in answers] == [
        (one["verified"], one["reason"], one["step"]) for one in VECTORS
    ]
