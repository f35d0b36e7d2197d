"""A firm with a demand model, and partners who vote and report; each has an analyst with a second factor at hand."""

from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache

from forecasting.governance import monitoring, registry
from forecasting.governance.models import Entry, MonitorJob, Version
from forecasting.models import Run
from forecasting.services import request_training
from forecasting.training import work
from tests.factories import ProductFactory, member
from tests.forecasting_world import GTIN, record, sale
from tests.ledger_fixtures import LedgerWorld
from tests.money_world import unused_code
from traceapp.accounts.models import Organisation, User
from traceapp.intents import services
from traceapp.intents.models import Intent

LIMITS = {"error": 400_000, "coverage": 0, "bias": 250_000, "psi": 1_000_000}


@dataclass
class Governed:
    world: LedgerWorld
    analysts: dict[int, User] = field(default_factory=dict)

    @classmethod
    def on(cls, world: LedgerWorld) -> "Governed":
        cache.clear()
        made = cls(world, {one.pk: member(one, "analyst") for one in world.organisations})
        for user in made.analysts.values():
            TOTP.activate(user, generate_totp_secret())
        ProductFactory(organisation=made.owner, gtin=GTIN, name="Strawberries, 500 g")
        record(made.owner, [sale(number) for number in range(84)])
        world.anchor()
        return made

    @property
    def owner(self) -> Organisation:
        return self.world.organisations[0]

    @property
    def judges(self) -> list[Organisation]:
        return self.world.organisations[1:]

    def trained(self, **parameters: Any) -> Run:
        job = request_training(
            organisation=self.owner, kind="demand", parameters={"horizon": 42, "origins": 1} | parameters
        )
        work(str(job.uid))
        job.refresh_from_db()
        assert job.state == "done", job.error
        self.world.anchor()
        return job.run

    def registered(self, run: Run) -> Version:
        found = registry.register(run=run, by=self.analysts[self.owner.pk])
        self.world.anchor()
        return found

    def propose(self, version: Version, **limits: int) -> Entry:
        intent = registry.propose(
            version=version,
            by=self.analysts[self.owner.pk],
            electorate=self.judges,
            threshold=2,
            days=7,
            reporters=self.judges,
            limits=LIMITS | limits,
        )
        self.confirm(intent)
        return Entry.objects.filter(kind="deployment", model=version.model).latest("pk")

    def vote(self, organisation: Organisation, deployment: Entry, choice: str = "approve") -> None:
        by = self.analysts[organisation.pk]
        self.confirm(registry.vote(organisation=organisation, by=by, deployment=deployment, choice=choice))

    def live(self, run: Run, **limits: int) -> Version:
        version = self.registered(run)
        deployment = self.propose(version, **limits)
        for one in self.judges:
            self.vote(one, deployment)
        assert self.status(version) == "live"
        return version

    def report(self, organisation: Organisation, version: Version) -> MonitorJob:
        """What an organisation works out of what became of its forecasts, on the ledger."""
        job = monitoring.request(organisation=organisation, model=version.model)
        assert job is not None
        monitoring.work(str(job.uid))
        job.refresh_from_db()
        assert job.state == "done", job.error
        self.world.anchor()
        return job

    def status(self, version: Version) -> str:
        return str(Entry.objects.get(key=f"model/{version.model}").content["status"])

    def confirm(self, intent: Intent) -> None:
        """With a code of its own; the ledger then has it."""
        assert intent.by is not None
        services.confirm(intent=intent, by=intent.by, code=self.code(intent.by))
        self.world.anchor()

    def code(self, user: User) -> str:
        """The present code, as if those used before were used long ago."""
        return unused_code(user)
