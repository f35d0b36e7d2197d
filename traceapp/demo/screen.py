"""What the person at the terminal reads."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from traceapp.demo.consortium import FIRMS
from traceapp.demo.planted import Planted
from traceapp.demo.state import DemoState
from traceapp.epcis import digital_link
from traceapp.provenance.labels import terminal_qr


def scan_url(url: str, canonical: str) -> str:
    return digital_link.build(url, canonical)


def show_addresses(console: Console, url: str, planted: Planted, state: DemoState) -> None:
    """Addresses, logins, an API token and a QR code."""
    pages = Table.grid(padding=(0, 3))
    for name, address in (
        ("Start", f"{url}/"),
        ("Consumer page", scan_url(url, planted.good)),
        ("  a changed row", scan_url(url, planted.changed)),
        ("  a recalled lot", scan_url(url, planted.recalled)),
        ("  a copied code", scan_url(url, planted.copied)),
        ("Forecasts", f"{url}/forecasts/"),
        ("Ledger", f"{url}/ledger/"),
    ):
        pages.add_row(name, escape(address))
    console.print(pages, soft_wrap=True)
    console.print()
    people = Table.grid(padding=(0, 3))
    for firm in FIRMS.values():
        for person in firm.people:
            people.add_row(person.email, state.password, f"{', '.join(person.roles)} at {firm.name}")
    console.print(people, soft_wrap=True)
    console.print()
    console.print(f"API token (Huerta Alba, supplier): {state.tokens['huerta-alba']}", soft_wrap=True)
    console.print("Scan this on this machine's own camera app, or open it:")
    console.print(terminal_qr(scan_url(url, planted.good)), markup=False, highlight=False, soft_wrap=True)
