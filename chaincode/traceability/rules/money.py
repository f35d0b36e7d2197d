"""The parts that requests about money share: amounts, currencies, holders, names of rows."""

import re

from chaincode.traceability import requests
from chaincode.traceability.canonical import MAX_INTEGER, Json
from chaincode.traceability.errors import BAD_REQUEST, ContractError
from chaincode.traceability.state import Holder

MAX_AMOUNT = MAX_INTEGER

MAX_ROWS = 200
"""Rows that one transaction may spend: it stays small, and an account of ten thousand is one after 51 of them."""

# ISO 4217, the currencies in use as money (no metals, funds, units of account or testing codes).
CURRENCIES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
    UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905 (six lines to read, not a hundred and fifty)
)

# Minor units of ISO 4217, where they are not hundredths.
_WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())  # noqa: SIM905
_THOUSANDTHS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())  # noqa: SIM905

_MSP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)
_PGLN = re.compile(r"\d{13}", re.ASCII)
_ROW = re.compile(r"[a-z]+(?:/[A-Za-z0-9._-]+)+/\d{1,4}", re.ASCII)
_LONGEST_ROW = 150
_REFERENCE = re.compile(r"[A-Z0-9](?:[A-Z0-9.-]{0,33}[A-Z0-9])?", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def currency(value: Json) -> str:
    """The currency, when it is one of ISO 4217."""
    if not isinstance(value, str) or value not in CURRENCIES:
        raise ContractError(BAD_REQUEST, "currency must be a code of ISO 4217 in use, such as EUR")
    return value


def minor_units(code: str) -> int:
    """How many decimals an amount of this currency has."""
    return 0 if code in _WHOLE else 3 if code in _THOUSANDTHS else 2


def amount(value: Json) -> int:
    """The amount, when it is some money: minor units, such as cents."""
    if type(value) is not int or not 1 <= value <= MAX_AMOUNT:
        raise ContractError(BAD_REQUEST, "amount must be an integer of minor units, from 1 to 9007199254740991")
    return value


def holder(value: Json, name: str) -> Holder:
    """{"mspId", "organisation"}."""
    found = requests.exactly(value, ("mspId", "organisation"), name)
    organisation = found["organisation"]
    if not isinstance(organisation, str) or not _PGLN.fullmatch(organisation):
        raise ContractError(BAD_REQUEST, f"{name}.organisation must be a PGLN of 13 digits")
    return Holder(msp_id(found["mspId"], f"{name}.mspId"), organisation)


def msp_id(value: Json, name: str) -> str:
    """The id of a member of the channel, whether or not there is one."""
    if not isinstance(value, str) or not _MSP_ID.fullmatch(value):
        raise ContractError(BAD_REQUEST, f"{name} must be letters, digits, points, hyphens and underscores, at most 63")
    return value


def rows(value: Json) -> tuple[str, ...]:
    """Names of rows to spend, each once."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_ROWS:
        raise ContractError(BAD_REQUEST, f"rows must be a list of 1 to {MAX_ROWS} names")
    named = tuple(row(one, f"rows[{index}]") for index, one in enumerate(value))
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise ContractError(BAD_REQUEST, f"rows names {twice} twice")
    return named


def row(value: Json, name: str) -> str:
    """The name of a row."""
    if not isinstance(value, str) or len(value) > _LONGEST_ROW or not _ROW.fullmatch(value):
        raise ContractError(BAD_REQUEST, f"{name} must be a row's name, such as transfer/{'0' * 32}/0")
    return value


def reference(value: Json, name: str) -> str:
    """A bank's reference. Written in one way only, so that one deposit cannot pass for two."""
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        raise ContractError(
            BAD_REQUEST,
            f"{name} must be the bank's reference: 1 to 35 capital letters, digits, points and hyphens, the first "
            "and last of them a letter or digit",
        )
    return value


def commitment(value: Json, name: str) -> str:
    """A SHA-256 in hex, of something that stays off the ledger."""
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise ContractError(BAD_REQUEST, f"{name} must be 64 lower-case hex characters")
    return value
