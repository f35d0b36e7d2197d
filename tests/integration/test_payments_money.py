"""Money in the application: what people confirm, what the ledger does, and a statement that adds up."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import member
from tests.money_world import MoneyWorld
from traceapp.accounts import one_time_codes
from traceapp.accounts.roles import Role
from traceapp.intents import services as intents
from traceapp.intents.models import Intent
from traceapp.ledger import audit
from traceapp.ledger.models import Finding
from traceapp.ledger.outgoing import Call
from traceapp.payments import selectors, services, wishes
from traceapp.payments.iso20022 import PAIN
from traceapp.payments.models import Deposit, Entry, Payout, Redemption, Row


@pytest.fixture
def money(ledger_world, settings):
    return MoneyWorld.on(ledger_world, settings)


def balance(organisation, currency="EUR"):
    return next((one.amount for one in selectors.balances(organisation) if one.currency == currency), 0)


def last_call(money):
    return Call.objects.order_by("-pk").first()


def test_a_deposit_of_two_persons_a_payment_and_a_statement_that_adds_up(money):
    buyer, seller = money.firms
    money.deposit(buyer, 100_000)
    money.deposit(buyer, 50_000)
    money.pay(buyer, seller, 120_000)
    money.world.anchor()
    assert (balance(buyer), balance(seller)) == (30_000, 120_000)
    lines = list(selectors.statement(buyer, "EUR"))
    assert [(one.kind, one.amount, one.balance) for one in reversed(lines)] == [
        ("deposit", 100_000, 100_000),
        ("deposit", 50_000, 150_000),
        ("sent", -120_000, 30_000),
    ]
    assert all(one.adds_up for one in selectors.balances(buyer) + selectors.balances(seller))
    audit.everything(money.world.ledger)
    assert not Finding.objects.filter(resolved=None).exists()


def test_nobody_approves_their_own_proposal(money):
    buyer = money.firms[0]
    said = {"organisation": money.bank, "by": money.clerks[0]}
    wish = wishes.propose_deposit(**said, reference="X1", to=money.account(buyer), currency="EUR", amount=5)
    money.confirm(wish)
    money.world.anchor()
    money.confirm(wishes.approve_deposit(**said, deposit=Deposit.objects.get()))
    money.world.anchor()
    assert last_call(money).code == "same_person"
    assert balance(buyer) == 0


def test_a_transaction_that_nobody_confirmed_is_not_signed(money):
    buyer, seller = money.firms
    money.deposit(buyer, 500)
    intent = wishes.pay(
        organisation=buyer, by=money.treasurers[buyer.pk], to=money.account(seller), currency="EUR", amount=500
    )
    money.confirm(intent)
    intent.confirmed_calls.all().delete()
    money.world.anchor()
    call = last_call(money)
    assert (call.label, call.code) == ("Rejected", "not_confirmed")
    assert (balance(buyer), balance(seller)) == (500, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "ab" * 32},
        {"confirmed": datetime(2020, 1, 1, tzinfo=UTC)},
        {"assertion": {}},
        {"assertion": {"intent": "", "code": "000000"}},
        {"confirmed": None},
        {"role": "settlement"},
        {"requests": [["transfer", "{}"]]},
    ],
)
def test_a_stored_confirmation_that_was_changed_does_not_hold(money, change):
    buyer, seller = money.firms
    money.deposit(buyer, 500)
    intent = money.pay(buyer, seller, 500)
    Intent.objects.filter(pk=intent.pk).update(**change)
    money.world.anchor()
    assert last_call(money).code == "not_confirmed"
    assert balance(seller) == 0


@pytest.mark.parametrize("change", ["amount", "authenticator", "membership"])
def test_neither_another_amount_nor_a_lost_authenticator_nor_a_former_member_pays(money, change):
    buyer, seller = money.firms
    money.deposit(buyer, 500)
    money.pay(buyer, seller, 100)
    call = last_call(money)
    if change == "amount":
        Call.objects.filter(pk=call.pk).update(argument=call.argument.replace('"amount":100', '"amount":500'))
    elif change == "authenticator":
        Authenticator.objects.all().delete()
    else:
        buyer.memberships.all().delete()
    money.world.anchor()
    call.refresh_from_db()
    assert call.code == "not_confirmed"
    assert balance(seller) == 0


def test_a_code_confirms_one_wish_of_its_own_person_and_only_so_often(money):
    buyer, seller = money.firms
    money.deposit(buyer, 900)
    user = money.treasurers[buyer.pk]
    asked = {"organisation": buyer, "by": user, "to": money.account(seller), "currency": "EUR", "amount": 100}
    first, second = wishes.pay(**asked), wishes.pay(**asked)
    code = money.code(user)
    intents.confirm(intent=first, by=user, code=code)
    first.refresh_from_db()
    assert [one.pk for one in intents.confirm(intent=first, by=user, code=code)] == [
        one.pk for one in intents.calls_of(first)
    ]
    with pytest.raises(intents.IntentError, match="used already"):
        intents.confirm(intent=second, by=user, code=code)
    with pytest.raises(intents.IntentError, match="nobody else"):
        intents.confirm(intent=second, by=money.treasurers[seller.pk], code=code)
    for _ in range(5):
        with pytest.raises(intents.IntentError, match="not right"):
            intents.confirm(intent=second, by=user, code="12")
    with pytest.raises(intents.IntentError, match="Too many wrong codes"):
        money.confirm(second)
    assert Call.objects.filter(function="transfer").count() == 1


def test_a_wish_that_waited_too_long_is_not_confirmed(money):
    buyer, seller = money.firms
    money.deposit(buyer, 900)
    intent = wishes.pay(
        organisation=buyer, by=money.treasurers[buyer.pk], to=money.account(seller), currency="EUR", amount=1
    )
    Intent.objects.update(created=datetime.now(UTC) - timedelta(minutes=16))
    intent.refresh_from_db()
    with pytest.raises(intents.IntentError, match="too long"):
        money.confirm(intent)


def test_what_is_under_way_cannot_be_spent_again_until_it_is_refused(money):
    buyer, seller = money.firms
    money.deposit(buyer, 500)
    intent = money.pay(buyer, seller, 400)
    with pytest.raises(services.MoneyError, match="not as much"):
        services.choose_rows(buyer, "EUR", 100)
    Intent.objects.filter(pk=intent.pk).update(digest="00" * 32)
    money.world.anchor()
    assert last_call(money).label == "Rejected"
    assert services.choose_rows(buyer, "EUR", 500)


def test_two_wishes_for_the_same_money_are_one_payment(money):
    buyer, seller = money.firms
    money.deposit(buyer, 500)
    user = money.treasurers[buyer.pk]
    asked = {"organisation": buyer, "by": user, "to": money.account(seller), "currency": "EUR", "amount": 500}
    first, second = wishes.pay(**asked), wishes.pay(**asked)
    money.confirm(first)
    with pytest.raises(services.MoneyError, match="changed meanwhile"):
        money.confirm(second)
    second.refresh_from_db()
    assert second.confirmed is None


def test_currencies_do_not_mix(money):
    buyer, seller = money.firms
    money.deposit(buyer, 500)
    money.deposit(buyer, 7000, "JPY")
    with pytest.raises(services.MoneyError, match="not as much"):
        services.choose_rows(buyer, "EUR", 501)
    money.pay(buyer, seller, 6999, "JPY")
    money.world.anchor()
    assert (balance(buyer), balance(buyer, "JPY"), balance(seller, "JPY")) == (500, 1, 6999)


def test_many_small_parts_are_put_together_first(money, monkeypatch):
    buyer = money.firms[0]
    monkeypatch.setattr(services, "MOST_ROWS", 2)
    for _ in range(3):
        money.deposit(buyer, 10)
    with pytest.raises(services.TooManyRows):
        services.choose_rows(buyer, "EUR", 25)
    services.consolidate(organisation=buyer, currency="EUR", by=money.treasurers[buyer.pk])
    money.world.anchor()
    assert sorted(Row.objects.filter(pgln=buyer.pgln).values_list("amount", flat=True)) == [10, 20]
    assert len(services.choose_rows(buyer, "EUR", 25)) == 2
    assert selectors.balances(buyer)[0].adds_up


def redeem(money, firm, amount=300, **options):
    said = {"name": "Huerta Alba SL", "iban": "DE89370400440532013000", "remittance": "Invoice 7"}
    money.confirm(
        wishes.pay_out(
            organisation=firm,
            by=money.treasurers[firm.pk],
            currency="EUR",
            amount=amount,
            **said | options,
        )
    )
    money.world.anchor()


def test_where_a_payout_goes_stays_off_the_ledger(money):
    firm = money.firms[0]
    money.deposit(firm, 500)
    redeem(money, firm)
    found = Redemption.objects.get()
    assert (found.state, found.amount, balance(firm)) == ("requested", 300, 200)
    assert found.instruction == wishes.instruction_of(Payout.objects.get())
    raw = b"".join(event.raw for event in money.world.ledger.block_events(0, timeout=0))
    assert b"Invoice 7" not in raw
    assert b"DE89370400440532013000" not in raw


def camt(end_to_end, amount="3.00", currency="EUR", reference="BANK-1", sign="DBIT"):
    return f"""<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>
    <Ntfctn><Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
    <AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs></TxDtls>
    </NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>""".encode()


def test_the_banks_file_goes_out_and_its_answer_confirms_the_payout(money, client):
    firm = money.firms[0]
    money.deposit(firm, 500)
    redeem(money, firm)
    client.force_login(money.clerks[0])
    sent = client.get("/money/payouts/pain.001.xml")
    root = ElementTree.fromstring(sent.content)
    name = {"p": PAIN}
    assert root.findtext(".//p:CdtTrfTxInf/p:CdtrAcct/p:Id/p:IBAN", namespaces=name) == "DE89370400440532013000"
    assert root.findtext(".//p:InstdAmt", namespaces=name) == "3.00"
    end_to_end = root.findtext(".//p:EndToEndId", namespaces=name)

    answer = client.post(
        "/money/payouts/camt.054/", {"file": SimpleUploadedFile("camt.xml", camt(end_to_end))}, follow=True
    )
    assert "Confirm that a payout is paid?" in answer.content.decode()
    answer = client.post(answer.request["PATH_INFO"], {"code": money.code(money.clerks[0])}, follow=True)
    assert "Confirmed" in answer.content.decode()
    money.world.anchor()
    found = Redemption.objects.get()
    assert (found.state, found.payment) == ("paid", "BANK-1")
    assert "Paid out" in client.get("/money/payouts/").content.decode()
    again = client.post(
        "/money/payouts/camt.054/", {"file": SimpleUploadedFile("camt.xml", camt(end_to_end))}, follow=True
    )
    assert "was confirmed before: there is nothing to do" in again.content.decode()
    other = SimpleUploadedFile("camt.xml", camt(end_to_end, reference="BANK-9"))
    told = client.post("/money/payouts/camt.054/", {"file": other}, follow=True).content.decode()
    assert "was paid under BANK-1, and the bank says now that it paid it under BANK-9" in told


def doubled(one, other):
    """Both files' entries in one."""
    entry = re.search(rb"<Ntry>.*</Ntry>", other, re.DOTALL)[0]
    return one.replace(b"</Ntfctn>", entry + b"</Ntfctn>")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "This file is empty."),
        (b"<not", "not well-formed XML"),
        (b"<Document/>", "no camt.054"),
        (b'<!DOCTYPE x [<!ENTITY y "z">]><Document/>', "DOCTYPE"),
        (camt("0" * 32), "none of ours"),
        (camt("{}", amount="2.99"), "It is not confirmed"),
        (camt("{}", currency="USD"), "It is not confirmed"),
        (camt("{}", sign="CRDT"), "no payment that waits"),
        (camt("{}", amount="3.001"), "is not one in"),
        (camt("{}", amount="NaN"), "is not"),
        (camt("{}").replace(b"BOOK", b"PDNG"), "no payment that waits"),
        (doubled(camt("{}"), camt("{}", reference="BANK-2")), "as paid more than once: BANK-1 (3.00), BANK-2 (3.00)"),
    ],
)
def test_an_answer_that_does_not_fit_is_said_and_confirms_nothing(money, client, data, said):
    firm = money.firms[0]
    money.deposit(firm, 500)
    redeem(money, firm)
    client.force_login(money.clerks[0])
    data = data.replace(b"{}", Redemption.objects.get().redemption_id.encode())
    answer = client.post("/money/payouts/camt.054/", {"file": SimpleUploadedFile("x.xml", data)}, follow=True)
    assert said in answer.content.decode()
    assert Redemption.objects.get().state == "requested"


def test_a_payout_whose_instruction_was_changed_is_not_sent_to_the_bank(money, client):
    firm = money.firms[0]
    money.deposit(firm, 500)
    redeem(money, firm)
    Payout.objects.update(iban="ES9121000418450200051332")
    client.force_login(money.clerks[0])
    assert "Nothing waits" in client.get("/money/payouts/pain.001.xml", follow=True).content.decode()


def test_the_pages_lead_a_treasurer_from_the_account_to_a_payment(money, client):
    buyer, seller = money.firms
    money.deposit(buyer, 100_000)
    user = money.treasurers[buyer.pk]
    client.force_login(user)
    assert "1,000.00" in client.get("/money/").content.decode()
    wrong = client.post("/money/pay/", {"to": money.account(seller).pk, "amount": "-5", "currency": "EUR"})
    assert "Write an amount in digits" in wrong.content.decode()
    much = client.post("/money/pay/", {"to": money.account(seller).pk, "amount": "5000", "currency": "EUR"})
    assert "not as much in the account" in much.content.decode()
    page = client.post(
        "/money/pay/", {"to": money.account(seller).pk, "amount": "250.50", "currency": "EUR"}, follow=True
    )
    assert "Pay EUR\u00a0250.50 to" in page.content.decode()
    address = page.request["PATH_INFO"]
    assert "not right" in client.post(address, {"code": "000 00x"}).content.decode()
    done = client.post(address, {"code": money.code(user)}, follow=True).content.decode()
    assert "On the way to the ledger" in done
    money.world.anchor()
    assert "749.50" in client.get("/money/").content.decode()
    told = b"".join(client.get("/money/statement/EUR.csv").streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(told)))
    assert [(one["amount"], one["balance"]) for one in rows] == [("1000.00", "1000.00"), ("-250.50", "749.50")]
    assert rows[1]["counterparty"] == seller.name
    assert "Pay: EUR" in client.get("/money/transactions/").content.decode()


def test_money_is_for_treasurers_and_deposits_for_the_bank(money, client):
    buyer = money.firms[0]
    client.force_login(member(buyer, Role.SUPPLIER))
    assert client.get("/money/").status_code == 403
    client.force_login(money.treasurers[buyer.pk])
    for address in ("deposits/", "deposits/propose/", "payouts/pain.001.xml"):
        assert client.get(f"/money/{address}").status_code == 403
    assert client.post("/money/payouts/camt.054/").status_code == 403


def test_another_persons_wish_cannot_be_opened(money, client):
    buyer, seller = money.firms
    money.deposit(buyer, 900)
    intent = wishes.pay(
        organisation=buyer, by=money.treasurers[buyer.pk], to=money.account(seller), currency="EUR", amount=1
    )
    client.force_login(money.treasurers[seller.pk])
    assert client.get(f"/confirm/{intent.uid}/").status_code == 404
    client.force_login(money.treasurer(buyer))
    assert client.get(f"/confirm/{intent.uid}/").status_code == 404


def test_without_a_second_factor_the_page_says_how_to_get_one(money, client):
    buyer, seller = money.firms
    money.deposit(buyer, 900)
    user = member(buyer, Role.ADMIN)
    intent = wishes.pay(organisation=buyer, by=user, to=money.account(seller), currency="EUR", amount=1)
    client.force_login(user)
    page = client.get(f"/confirm/{intent.uid}/").content.decode()
    assert "You need a second factor" in page
    assert "/accounts/2fa/" in page
    with pytest.raises(intents.IntentError, match="no authenticator"):
        intents.confirm(intent=intent, by=user, code="000000")


def test_changed_rows_and_lines_are_found(money):
    buyer, seller = money.firms
    money.deposit(buyer, 900)
    money.pay(buyer, seller, 100)
    money.world.anchor()
    Entry.objects.filter(kind="received").update(amount=10_000)
    Row.objects.filter(pgln=seller.pgln).update(amount=10_000)
    assert selectors.balances(seller)[0].amount == 10_000
    audit.everything(money.world.ledger)
    found = set(Finding.objects.filter(resolved=None).values_list("what", flat=True))
    assert found == {"projected"}
    assert Finding.objects.filter(resolved=None).count() == 2


def test_the_codes_of_the_second_factor_are_those_of_rfc_6238(settings):
    held = Authenticator(type="totp", data={"secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"})
    assert one_time_codes.code_at(held, 59 // 30) == "287082"
    assert one_time_codes.code_at(held, 1111111109 // 30) == "081804"
