"""What the person at the terminal reads."""

from rich.console import Console

from traceapp.demo.consortium import BANK, FIRMS
from traceapp.demo.planted import Planted
from traceapp.demo.state import DemoState
from traceapp.epcis import digital_link
from traceapp.provenance.labels import terminal_qr


def scan_url(url: str, canonical: str) -> str:
    return digital_link.build(url, canonical)


def show_addresses(console: Console, url: str, planted: Planted, state: DemoState) -> None:
    """Addresses, logins, an API token and a QR code. Lines are never cut: they are there to be copied."""
    pages = {
        "Start": f"{url}/",
        "Consumer page": scan_url(url, planted.good),
        "  a changed row": scan_url(url, planted.changed),
        "  a recalled lot": scan_url(url, planted.recalled),
        "  a copied code": scan_url(url, planted.copied),
        "Cold chain": f"{url}/coldchain/legs/",
        "Forecasts": f"{url}/forecasts/",
        "Models": f"{url}/forecasts/models/",
        "Money": f"{url}/money/",
        "Ledger": f"{url}/ledger/",
    }
    lines = [f"{name:<18}{address}" for name, address in pages.items()]
    lines += ["", f"Logins (password of all: {state.password})"]
    lines += [
        f"{person.email:<34}{', '.join(person.roles)} at {firm.name}"
        for firm in (*FIRMS.values(), BANK)
        for person in firm.people
    ]
    lines += [
        "",
        f"API token (supplier at Huerta Alba): {state.tokens['huerta-alba']}",
        "",
        "The consumer page as a QR code:",
    ]
    console.print("\n".join(lines), markup=False, soft_wrap=True)
    console.print(terminal_qr(scan_url(url, planted.good)), markup=False, soft_wrap=True)
