"""What a browser knows of a trust file, tested where its script runs."""

import subprocess

from tests.proof_vectors.page_verifier import NODE, ROOT, needs_node


@needs_node
def test_pins_pass_their_tests():
    command = [str(NODE), "--test", str(ROOT / "tests" / "unit" / "pins.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
