"""What a bank's notification says was paid from the account of payouts."""

import pytest

from traceapp.payments.iso20022 import MessageError, booked

OURS, OTHERS = "DE89370400440532013000", "NL91ABNA0417164300"


def entry(end_to_end: str, more: str = "", amount: str = "3.00") -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>{more}<Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls>'
        f"<Refs><EndToEndId>{end_to_end}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
    )


def notification(*entries: str, iban: str = "") -> str:
    account = f"<Acct><Id><IBAN>{iban}</IBAN></Id></Acct>" if iban else ""
    return f"<Ntfctn>{account}{''.join(entries)}</Ntfctn>"


def file(*notifications: str) -> bytes:
    name = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
    body = "".join(notifications)
    return f'<Document xmlns="{name}"><BkToCstmrDbtCdtNtfctn>{body}</BkToCstmrDbtCdtNtfctn></Document>'.encode()


def names(data: bytes, iban: str = OURS) -> list[str]:
    return [one.end_to_end for one in booked(data, iban)]


def test_only_what_was_booked_from_our_account_counts() -> None:
    mine, other = notification(entry("a"), iban="DE89 3704 0044 0532 0130 00"), notification(entry("b"), iban=OTHERS)
    assert names(file(mine, other)) == ["a"]
    assert names(file(mine, other), "") == ["a", "b"]
    assert names(file(notification(entry("c")))) == ["c"]  # the bank does not say which
    with pytest.raises(MessageError, match=f"about the account {OTHERS}, and payouts are made from {OURS}"):
        booked(file(other), OURS)


def test_a_credit_that_the_bank_takes_back_is_no_payment() -> None:
    assert names(file(notification(entry("a", "<RvslInd>true</RvslInd>"), entry("b", "<RvslInd>false</RvslInd>")))) == [
        "b"
    ]
