"""Messages to and from the bank: payment initiation pain.001.001.09, booked payments camt.054 (any version).

Sources: ISO 20022 message definitions pain.001.001.09 and camt.054.001.08. Pure: times and names come from the caller.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement
from xml.parsers import expat

from chaincode.traceability.rules.money import minor_units
from traceapp.payments.currencies import major

PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_NAME = 70  # the standard lets names have 140 characters, and SEPA 70
NOT_PROVIDED = "NOTPROVIDED"
MAX_BYTES = 5 * 1024 * 1024


class MessageError(ValueError):
    """No message of the bank that can be read; says what and where."""


@dataclass(frozen=True)
class Debtor:
    """Whose account at the bank pays. Without an IBAN the bank fills it in."""

    name: str
    iban: str = ""
    bic: str = ""


@dataclass(frozen=True)
class Credit:
    """One payment. `end_to_end` comes back in the bank's notification; `amount` in minor units."""

    end_to_end: str
    currency: str
    amount: int
    name: str
    iban: str
    bic: str = ""
    remittance: str = ""


@dataclass(frozen=True)
class Booked:
    """A payment that the bank has booked from the account."""

    end_to_end: str
    reference: str
    currency: str
    amount: int


def payment_initiation(*, message_id: str, made: datetime, debtor: Debtor, credits: Sequence[Credit]) -> bytes:
    """The file for the bank, one block a currency. ValueError without any payment."""
    if not credits:
        raise ValueError("a payment initiation has at least one payment")
    document = Element("Document", xmlns=PAIN)
    root = SubElement(document, "CstmrCdtTrfInitn")
    header = SubElement(root, "GrpHdr")
    _text(header, "MsgId", message_id)
    _text(header, "CreDtTm", made.replace(microsecond=0).isoformat())
    _text(header, "NbOfTxs", str(len(credits)))
    _text(header, "CtrlSum", _sum(credits))
    _text(SubElement(header, "InitgPty"), "Nm", debtor.name[:_NAME])
    for number, (_, grouped) in enumerate(groupby(sorted(credits, key=_currency), key=_currency), 1):
        _block(root, f"{message_id}-{number}"[:35], made, debtor, list(grouped))
    ElementTree.indent(document)
    text: str = ElementTree.tostring(document, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _block(root: Element, name: str, made: datetime, debtor: Debtor, credits: Sequence[Credit]) -> None:
    block = SubElement(root, "PmtInf")
    _text(block, "PmtInfId", name)
    _text(block, "PmtMtd", "TRF")
    _text(block, "NbOfTxs", str(len(credits)))
    _text(block, "CtrlSum", _sum(credits))
    _text(SubElement(block, "ReqdExctnDt"), "Dt", made.date().isoformat())
    _text(SubElement(block, "Dbtr"), "Nm", debtor.name[:_NAME])
    _text(_account(block, "DbtrAcct", debtor.iban), "Ccy", credits[0].currency)
    _agent(block, "DbtrAgt", debtor.bic)
    for one in credits:
        _transfer(block, one)


def _transfer(block: Element, one: Credit) -> None:
    found = SubElement(block, "CdtTrfTxInf")
    identifiers = SubElement(found, "PmtId")
    _text(identifiers, "InstrId", one.end_to_end)
    _text(identifiers, "EndToEndId", one.end_to_end)
    amount = SubElement(SubElement(found, "Amt"), "InstdAmt", Ccy=one.currency)
    amount.text = major(one.amount, one.currency)
    if one.bic:
        _agent(found, "CdtrAgt", one.bic)
    _text(SubElement(found, "Cdtr"), "Nm", one.name[:_NAME])
    _account(found, "CdtrAcct", one.iban)
    if one.remittance:
        _text(SubElement(found, "RmtInf"), "Ustrd", one.remittance[:140])


def _account(parent: Element, name: str, iban: str) -> Element:
    account = SubElement(parent, name)
    identifier = SubElement(account, "Id")
    if iban:
        _text(identifier, "IBAN", iban)
    else:
        _text(SubElement(identifier, "Othr"), "Id", NOT_PROVIDED)
    return account


def _agent(parent: Element, name: str, bic: str) -> None:
    institution = SubElement(SubElement(parent, name), "FinInstnId")
    if bic:
        _text(institution, "BICFI", bic)
    else:
        _text(SubElement(institution, "Othr"), "Id", NOT_PROVIDED)


def booked(data: bytes, iban: str = "") -> list[Booked]:
    """The payments that a camt.054 says were booked from the account, in its order. MessageError.

    With an `iban` only from this one: of another account it may say what it likes.
    """
    root = _read(data)
    if _local(root) != "Document" or _first(root, "BkToCstmrDbtCdtNtfctn") is None:
        raise MessageError("This is no camt.054: a Document with BkToCstmrDbtCdtNtfctn is expected.")
    found: list[Booked] = []
    for entry in (entry for one in _of_account(root, iban) for entry in one.iter() if _local(entry) == "Ntry"):
        reverses = _words(entry, "RvslInd") in ("true", "1")  # a credit taken back: nothing that was paid out
        if _words(entry, "CdtDbtInd") == "DBIT" and _words(entry, "Sts") in ("BOOK", "") and not reverses:
            found += _booked_in(entry)
    return found


def _of_account(root: Element, iban: str) -> list[Element]:
    """The notifications of this account, or of one that is not said. MessageError if all are of others."""
    every = [one for one in root.iter() if _local(one) == "Ntfctn"]
    accounts = [_iban_of(one) for one in every]
    wanted = "".join(iban.split()).upper()
    found = [one for one, of in zip(every, accounts, strict=True) if not wanted or of in ("", wanted)]
    if every and not found:
        raise MessageError(f"The file is about the account {accounts[0][:40]}, and payouts are made from {wanted}.")
    return found


def _iban_of(notification: Element) -> str:
    account = next((one for one in notification if _local(one) == "Acct"), None)
    return "" if account is None else "".join(_words(account, "IBAN").split()).upper()


def _booked_in(entry: Element) -> Iterable[Booked]:
    details = [one for one in entry.iter() if _local(one) == "TxDtls"]
    for one in details:
        end_to_end = _words(one, "EndToEndId")
        if end_to_end in ("", NOT_PROVIDED):
            continue
        amount = _first(one, "Amt")
        amount = amount if amount is not None or len(details) > 1 else _first(entry, "Amt")
        if amount is None:
            raise MessageError(f"The payment {end_to_end[:40]} has no amount of its own.")
        reference = _words(one, "AcctSvcrRef") or _words(entry, "AcctSvcrRef") or _words(entry, "NtryRef")
        currency = amount.get("Ccy", "")
        yield Booked(end_to_end, reference, currency, _minor(amount.text or "", currency, end_to_end))


def _minor(text: str, currency: str, where: str) -> int:
    try:
        amount = Decimal(text.strip()).scaleb(minor_units(currency))
    except InvalidOperation:
        raise MessageError(f"The amount {text[:30]!r} of payment {where[:40]} is not a number.") from None
    if not amount.is_finite() or amount != amount.to_integral_value() or not 0 < amount < 10**18:
        raise MessageError(f"The amount {text[:30]!r} of payment {where[:40]} is not one in {currency[:10]!r}.")
    return int(amount)


def _read(data: bytes) -> Element:
    if len(data) > MAX_BYTES:
        raise MessageError(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = _refuse_doctype
    try:
        guard.Parse(data, True)
        return ElementTree.fromstring(data)  # noqa: S314 neither DOCTYPE nor entity gets here
    except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as error:
        if isinstance(error, MessageError):
            raise
        raise MessageError(f"This is not well-formed XML: {error}.") from None


def _refuse_doctype(*_: object) -> None:
    raise MessageError("The file has a DOCTYPE, which is not taken.")


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _first(element: Element, name: str) -> Element | None:
    return next((one for one in element.iter() if one is not element and _local(one) == name), None)


def _words(element: Element, name: str) -> str:
    """The text of the first element of that name; of its `Cd`, where it is a choice."""
    found = _first(element, name)
    if found is None:
        return ""
    code = _first(found, "Cd")
    return ((code if code is not None else found).text or "").strip()


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _currency(one: Credit) -> str:
    return one.currency


def _sum(credits: Iterable[Credit]) -> str:
    """The control sum: amounts of all currencies added, as the standard has it."""
    return format(sum((Decimal(major(one.amount, one.currency)) for one in credits), Decimal()), "f")
