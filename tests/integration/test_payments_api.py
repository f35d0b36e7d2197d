"""Payment on delivery over the API: the same doors as the pages, of one organisation alone."""

import json
from datetime import datetime, timedelta

import pytest

from tests.integration.test_payments_deliveries import PRICE, clock, sale  # noqa: F401 (fixtures)
from traceapp.intents import services as intents
from traceapp.intents.models import Intent
from traceapp.ledger.outgoing import Call

API = "/api/v1"


class Caller:
    def __init__(self, client, sale, organisation):  # noqa: F811
        self.client, self.sale, self.person = client, sale, sale.people[organisation.pk]

    def get(self, path, status=200):
        self.client.force_login(self.person)
        answer = self.client.get(f"{API}{path}")
        assert answer.status_code == status, answer.content
        return answer.json() if "json" in answer["Content-Type"] else b"".join(answer.streaming_content).decode()

    def post(self, path, body, status):
        self.client.force_login(self.person)
        answer = self.client.post(f"{API}{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def buyer(client, sale):  # noqa: F811
    return Caller(client, sale, sale.buyer)


def terms(sale, **changed):  # noqa: F811
    given = sale.fields(**changed)
    named = {"other": sale.seller, "carrier": sale.carrier, "arbiter": sale.arbiter}
    return given | {name: one.pgln for name, one in named.items()}


def test_terms_are_tried_out_and_told_in_words(sale, buyer):  # noqa: F811
    told = buyer.post("/shipments/terms/", terms(sale), 200)
    assert told["terms"]["price"] == PRICE
    assert "If it arrives 3 h late the seller receives EUR\u00a09,960.00" in told["words"][1]["worked"]
    assert not Intent.objects.filter(title__startswith="Propose S").exists()
    wrong = buyer.post("/shipments/terms/", terms(sale, price="-1", tolerance=500), 400)
    assert {one["path"] for one in wrong["errors"]} == {"price", "quantity"}
    nobody = buyer.post("/shipments/terms/", terms(sale) | {"carrier": "0000000000000"}, 400)
    assert nobody["errors"][0]["path"] == "carrier"
    assert buyer.post("/shipments/terms/", ["no", "terms"], 400)["errors"]


def test_what_is_proposed_waits_for_a_second_factor_and_then_stands_in_every_list(sale, buyer, client):  # noqa: F811
    made = buyer.post("/shipments/", terms(sale), 201)
    assert made["confirm"].endswith(f"/confirm/{made['wish']}/")
    assert buyer.get("/shipments/")["results"] == []
    intent = Intent.objects.get(uid=made["wish"])
    intents.confirm(intent=intent, by=buyer.person, code=sale.money.code(buyer.person))
    sale.money.world.anchor()
    one = buyer.get("/shipments/?state=proposed")["results"][0]
    assert (one["id"], one["state"], one["price"], one["parts"]) == (
        made["shipment"], "proposed", PRICE, ["buyer", "consignee"],
    )  # fmt: skip
    assert buyer.get("/shipments/?state=settled")["results"] == []
    sale.act(client, sale.seller, "accept")
    sale.act(client, sale.buyer, "fund")
    assert buyer.get("/escrows/")["results"][0]["price"]["left"] == PRICE
    assert buyer.get("/money/balances/")[0] == {
        "currency": "EUR", "amount": 0, "rows": 0, "under_way": 0, "adds_up": True,
    }  # fmt: skip
    lines = buyer.get("/money/statement/?currency=EUR")["results"]
    assert [(line["kind"], line["amount"], line["balance"]) for line in lines] == [
        ("escrowed", -PRICE, 0), ("deposit", PRICE, PRICE),
    ]  # fmt: skip
    told = buyer.get("/money/statement/?currency=EUR&as=csv").splitlines()
    assert told[0].startswith("date,kind")
    assert "-10000.00,0.00" in told[2]


def test_acts_on_the_way_say_why_they_cannot_be(sale, buyer, client):  # noqa: F811
    sale.propose(client)
    path = f"/shipments/{sale.shipment.shipment_id}/acts/"
    refused = buyer.post(path, {"act": "dispatch"}, 409)
    assert "only the carrier may" in refused["detail"]
    carrier = Caller(client, sale, sale.carrier)
    assert (
        "the shipment is proposed, and would have to be funded"
        in carrier.post(path, {"act": "dispatch"}, 409)["detail"]
    )
    buyer.post(path, {"act": "pay"}, 400)
    buyer.post(path, {"act": "contest"}, 400)
    sale.act(client, sale.seller, "accept")
    sale.act(client, sale.buyer, "fund")
    call = carrier.post(path, {"act": "dispatch"}, 202)
    assert (call["function"], call["state"]) == ("dispatch", "Queued")
    sale.money.world.anchor()
    carrier.post(path, {"act": "arrive"}, 202)
    sale.money.world.anchor()
    assert "more than the 200" in buyer.post(path, {"act": "take", "short": 150, "damaged": 51}, 409)["detail"]
    buyer.post(path, {"act": "take", "short": 3}, 202)
    sale.money.world.anchor()
    whole = buyer.get(path.removesuffix("acts/"))
    assert whole["preview"]["toBuyer"] == 15_000
    assert whole["document"]["delivery"]["short"] == 3
    assert datetime.fromisoformat(whole["ends_by"])


def test_treasurers_agree_fund_and_are_content_over_the_api_each_by_a_second_factor(sale, buyer, client):  # noqa: F811
    sale.propose(client)
    path = f"/shipments/{sale.shipment.shipment_id}/wishes/"
    seller, carrier = Caller(client, sale, sale.seller), Caller(client, sale, sale.carrier)

    def confirmed(caller, body):
        made = caller.post(path, body, 201)
        intent = Intent.objects.get(uid=made["wish"])
        assert (made["digest"], made["confirm"].endswith(f"/confirm/{made['wish']}/")) == (intent.digest, True)
        assert not Call.objects.filter(argument__contains=sale.shipment.shipment_id, state="claimed").exists()
        intents.confirm(intent=intent, by=caller.person, code=sale.money.code(caller.person))
        sale.money.world.anchor()

    assert "would have to be agreed" in buyer.post(path, {"act": "fund"}, 409)["detail"]
    confirmed(seller, {"act": "accept"})
    confirmed(buyer, {"act": "fund"})
    assert "would have to be arrived" in seller.post(path, {"act": "settle_agreed", "seller": 1}, 409)["detail"]
    sale.step("dispatch")
    deadline = datetime.fromisoformat(sale.shipment.document["terms"]["deadline"]["at"])
    sale.clock.ahead += deadline + timedelta(hours=5, minutes=10) - sale.clock.now()
    sale.step("record_arrival")
    sheet = buyer.get(path.removesuffix("wishes/"))["preview"]
    agreed = {"act": "settle_agreed", "seller": sheet["toSeller"], "insured": sheet["toInsured"]}
    assert agreed == {"act": "settle_agreed", "seller": 784_000, "insured": 0}
    assert "only buyer, insurer and seller may" in carrier.post(path, agreed, 409)["detail"]
    for wrong in ({"seller": 784_001}, {"insured": 1}):
        told = buyer.post(path, agreed | wrong, 409)["detail"]
        assert "read them again. They come to EUR\u00a07,840.00 for the seller now (784000)." in told
    for bad in ({"seller": -1}, {"seller": 1.5}, {"seller": "much"}, {"seller": None}, {"act": "pay"}):
        buyer.post(path, agreed | bad, 400)
    assert buyer.post(path, {"act": "settle_agreed"}, 400)["errors"][0]["path"] == "seller"
    confirmed(buyer, agreed)
    assert "it is said already" in buyer.post(path, agreed, 409)["detail"]
    confirmed(seller, agreed)
    assert seller.get(path.removesuffix("wishes/"))["settlement"]["toBuyer"] == 16_000
    assert "has ended" in seller.post(path, agreed, 409)["detail"]


def test_an_arbiter_decides_over_the_api_within_what_is_left_and_says_why(sale, buyer, client):  # noqa: F811
    sale.go(client)
    path = f"/shipments/{sale.shipment.shipment_id}/wishes/"
    arbiter = Caller(client, sale, sale.arbiter)
    verdict = {"act": "resolve", "seller": 1000, "reason": "Half of it was frozen"}
    assert "would have to be disputed" in arbiter.post(path, verdict, 409)["detail"]
    buyer.post(path.replace("wishes", "acts"), {"act": "contest", "reason": "quality", "words": "Frozen"}, 202)
    sale.money.world.anchor()
    assert "only the arbiter may" in buyer.post(path, verdict, 409)["detail"]
    assert (
        "seller: no more is left than EUR\u00a08,000.00"
        in arbiter.post(path, verdict | {"seller": 800_001}, 409)["detail"]
    )
    assert "insured: no more is left" in arbiter.post(path, verdict | {"insured": 1}, 409)["detail"]
    assert arbiter.post(path, {"act": "resolve", "seller": 1}, 400)["errors"][0]["path"] == "reason"
    intent = Intent.objects.get(uid=arbiter.post(path, verdict, 201)["wish"])
    assert {"label": "Reason", "value": "Half of it was frozen"} in intent.facts


def test_who_is_no_party_sees_nothing(sale, client):  # noqa: F811
    sale.propose(client)
    sale.people[sale.money.bank.pk] = sale.money.clerks[0]
    stranger = Caller(client, sale, sale.money.bank)
    path = f"/shipments/{sale.shipment.shipment_id}/"
    assert stranger.get("/shipments/")["results"] == []
    stranger.get(path, 404)
    stranger.post(f"{path}acts/", {"act": "dispatch"}, 404)
    stranger.post(f"{path}wishes/", {"act": "fund"}, 404)
    assert not Call.objects.filter(function="dispatch").exists()
    client.logout()
    for one in ("/shipments/", path, "/escrows/", "/money/balances/", "/money/statement/", "/money/payouts/"):
        assert client.get(f"{API}{one}").status_code == 401
