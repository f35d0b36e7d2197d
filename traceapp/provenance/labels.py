"""What a label says and where its code leads."""

from django.conf import settings

from traceapp.epcis.digital_link import DigitalLink, build, link, parse_path
from traceapp.ledger import trust_versions
from traceapp.masterdata.models import Lot
from traceapp.provenance import qr


def url_of(canonical: str) -> str:
    """The Digital Link that the QR code of an identifier holds: our own address, since we resolve it."""
    return build(settings.PUBLIC_URL, canonical)


def image_path(canonical: str, suffix: str = "svg") -> str:
    """Where the label's picture is found: `/labels/01/../10/...svg`."""
    return f"/labels{build('', canonical)}.{suffix}"


def page_path(canonical: str) -> str:
    """The consumer page of an identifier, without its domain."""
    return f"/p{build('', canonical)}"


def url_of_path(raw_path: str) -> str:
    """The same for a path as it was requested; IdentifierError when it is no Digital Link."""
    return f"{settings.PUBLIC_URL}{parse_path(raw_path).path}"


def item_link(lot: Lot, serial: str) -> DigitalLink:
    """One item, with the lot that it is of."""
    return link([("01", lot.product.gtin), ("10", lot.number), ("21", serial)])


def address_of(code: DigitalLink) -> str:
    """What its QR code holds."""
    return f"{settings.PUBLIC_URL}{code.path}"


def trust_note() -> str:
    """The trust file in force, by number and short fingerprint, for whoever checks a proof; empty without one."""
    trust = trust_versions.current()
    return f"Trust v{trust.number} {trust.short}" if trust else ""


def terminal_qr(url: str) -> str:
    """The code as text, to be scanned off a terminal."""
    return qr.terminal(url)
