"""Proof bundles of a real ledger: their size at a batch of 1,000, and how long a check takes, as command and in a browser."""

import json
import os
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

from tests.proof_vectors.page_verifier import bare_page
from tests.stack import Stack

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
BUNDLES = 60
EXPORT = """
import json
from pathlib import Path
from traceapp.accounts.visibility import Relation
from traceapp.ledger import proof, trust
from traceapp.ledger.models import Batch, Record
folder = Path({folder!r})
(folder / "trust.json").write_bytes(trust.export())
largest = Batch.objects.filter(kind="epcis", evidenced__isnull=False).order_by("-size")[:6]
sizes = {{}}
for batch in largest:
    for record in Record.objects.filter(batch=batch).order_by("?")[:{each}]:
        data = proof.make(record, Relation.OWNER)
        (folder / f"{{record.uid}}.bundle").write_bytes(data)
        sizes[str(record.uid)] = [batch.size, len(data)]
print(json.dumps(sizes))
"""


def measure(stack: Stack) -> dict[str, float]:
    folder = stack.folder / "proofs"
    folder.mkdir()
    code = EXPORT.format(folder=str(folder), each=BUNDLES // 6)
    sizes = json.loads(stack.manage("shell", "-v0", "-c", code).stdout.strip().splitlines()[-1]).values()
    largest = max(batch for batch, _ in sizes)
    return {
        "proof_batch_size": largest,
        "proof_bundle_kb": max(size for batch, size in sizes if batch == largest) / 1024,
        "proof_command_ms": _command(folder),
        **_browser(folder),
    }


def _command(folder: Path) -> float:
    """A bundle's check within one call, what the start costs taken off."""
    bundles = sorted(map(str, folder.glob("*.bundle")))

    def run(files: list[str]) -> float:
        command = [
            str(Path(sysconfig.get_path("scripts")) / "traceapp-verify"),
            *files,
            "--trust",
            str(folder / "trust.json"),
        ]
        best = 1e9
        for _ in range(3):
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            best = min(best, time.perf_counter() - started)
        return best

    return (run(bundles) - run(bundles[:1])) / (len(bundles) - 1) * 1000


def _browser(folder: Path) -> dict[str, float]:
    """The same in Chromium, from a file on disk: the very first check with its trust file, and those after it."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("Playwright is not installed: no figure of the browser (make bench installs it).", file=sys.stderr)
        return {}
    if not CHROMIUM.exists():
        print("Chromium is not installed: no figure of the browser.", file=sys.stderr)
        return {}
    (folder / "page.html").write_text(bare_page(), encoding="utf-8")
    bundles = [one.read_text() for one in sorted(folder.glob("*.bundle"))]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto((folder / "page.html").as_uri())
        times = page.evaluate(CHECK, [bundles, (folder / "trust.json").read_text()])
        browser.close()
    first, *others = times
    return {
        "proof_browser_first_ms": first,
        "proof_browser_p50_ms": statistics.median(others),
        "proof_browser_max_ms": max(others),
    }


CHECK = """async ([bundles, trust]) => {
  const bytes = (text) => new TextEncoder().encode(text);
  const times = [];
  let started = performance.now();
  const read = await checker.readTrust(bytes(trust));
  for (const bundle of bundles) {
    const report = await checker.verifyBundle(bytes(bundle), read);
    if (!report.verified) throw new Error(report.detail);
    times.push(performance.now() - started);
    started = performance.now();
  }
  return times;
}"""
