"""A contract with models: an owner, an electorate and reporters, and the requests that they send."""

from typing import Any

from tests.unit.money_world import BUYER, NOBODY, SELLER, World

CARRIER = {"mspId": "KestrelMSP", "organisation": "9521004000007"}
ARBITER = {"mspId": "MaasdokMSP", "organisation": "9521005000006"}
OWNER = SELLER
ELECTORATE = (BUYER, NOBODY, CARRIER)
REPORTERS = (BUYER, CARRIER, ARBITER)
LIMITS = {"error": 200_000, "coverage": 700_000, "bias": 50_000, "psi": 250_000}
GOOD = {"rows": 90, "error": 150_000, "coverage": 810_000, "bias": -12_000, "psi": 40_000}
BAD = GOOD | {"error": 200_001}
WINDOW = {"from": "2026-05-15", "to": "2026-05-21"}
DIGEST = "5e" * 32


def analyst(of: dict[str, str]) -> dict[str, str]:
    return {**of, "role": "analyst"}


class Models(World):
    """One transaction a step, of the analysts of these organisations."""

    def ask(self, by: dict[str, str], function: str, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.call(analyst(by), function, request)
        return answer

    def registration(self, **changes: Any) -> dict[str, Any]:
        number = self.id()
        hashes = dict.fromkeys(("dataset", "predictions", "code", "card"), DIGEST)
        return {"id": number, "purpose": "demand", "hash": number * 2, **hashes} | changes

    def registered(self) -> str:
        return str(self.ask(OWNER, "register_model", **self.registration())["id"])

    def proposal(self, model: str, **changes: Any) -> dict[str, Any]:
        return {
            "id": self.id(),
            "model": model,
            "electorate": list(ELECTORATE),
            "threshold": 2,
            "deadline": self.time(days=7),
            "reporters": list(REPORTERS),
            "limits": LIMITS,
        } | changes

    def proposed(self, model: str, **changes: Any) -> str:
        return str(self.ask(OWNER, "propose_deployment", **self.proposal(model, **changes))["id"])

    def vote(self, by: dict[str, str], deployment: str, choice: str = "approve") -> dict[str, Any]:
        return self.ask(by, "vote", id=self.id(), deployment=deployment, choice=choice)

    def live(self, **changes: Any) -> str:
        """A version that was voted live."""
        model = self.registered()
        deployment = self.proposed(model, **changes)
        for by in ELECTORATE[:2]:
            self.vote(by, deployment)
        return model

    def foretold(self, model: str, **changes: Any) -> dict[str, Any]:
        wanted = {"id": self.id(), "model": model, "window": WINDOW, "inputs": DIGEST, "predictions": DIGEST}
        return self.ask(OWNER, "record_forecast", **(wanted | {"rows": 90} | changes))

    def report(self, by: dict[str, str], forecast: dict[str, Any], figures: dict[str, int]) -> dict[str, Any]:
        return self.ask(by, "report_metric", **self.measured(forecast, figures))

    def measured(self, forecast: dict[str, Any], figures: dict[str, int], **changes: Any) -> dict[str, Any]:
        said = {name: forecast[name] for name in ("predictions", "window")}
        return {"id": self.id(), "forecast": forecast["id"], **said, "figures": figures, "groups": []} | changes

    def model(self, model: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call(NOBODY, "get_models", {"ids": [model]})[model]
        return found

    def serving(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call(NOBODY, "get_serving", {**OWNER, "purposes": ["demand"]})["demand"]
        return found
