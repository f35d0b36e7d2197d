"""Certificates that a ledger refuses, and what has to be seen of it: the same on every ledger (see its callers)."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.factories import api_token, member
from tests.ledger_fixtures import LedgerWorld
from traceapp.accounts.models import Organisation
from traceapp.accounts.roles import Role
from traceapp.ledger import succession, verified
from traceapp.ledger.daemon import Daemon
from traceapp.ledger.members import Identity
from traceapp.ledger.models import Batch, Record

Issue = Callable[..., tuple[bytes, bytes]]
"""(msp_id, org=, role=, expired=) -> (key, certificate), by that organisation's own authority."""


@dataclass
class Place:
    """Organisations on a ledger with ledgerd's work done turn by turn, and what its log says."""

    world: LedgerWorld
    issue: Issue
    log: Any  # pytest's caplog
    browser: Any  # Django's test client
    daemon: Daemon = field(default_factory=Daemon)

    @property
    def organisation(self) -> Organisation:
        return self.world.organisations[0]

    @property
    def other(self) -> Organisation:
        return self.world.organisations[1]

    def works_until(self, condition: Callable[[], Any], what: str, within: float = 60) -> Any:
        """Turn by turn until it is true."""
        end = time.monotonic() + within
        while not (found := condition()):
            assert time.monotonic() < end, f"waited {within} s until {what}; the log says {self.said()}"
            time.sleep(min(0.05, self.daemon.turn()))
        return found

    def said(self) -> list[str]:
        """Warnings, errors and what waits, of the log so far. None may come with a stack trace."""
        ours = [one for one in self.log.records if one.name.startswith("traceapp")]
        assert not any(one.exc_info for one in ours)
        said = [(one.levelno, one.getMessage()) for one in ours]
        return [message for level, message in said if level >= logging.WARNING or " wait: " in message]

    def anchored(self, record: Record) -> bool:
        return bool(verified.read([record.pk]).verified)

    def bring(self, **changes: Any) -> None:
        """A new certificate for the organisation, good but for the changes."""
        good = {"org": self.organisation.pgln, "role": "recorder", **changes}
        succession.bring(self.organisation, *self.issue(good.pop("msp_id", self.organisation.msp_id), **good))

    def page(self, record: Record) -> str:
        self.browser.force_login(member(self.organisation, Role.ADMIN))
        answer = self.browser.get(f"/capture/records/{record.uid}/")
        assert answer.status_code == 200
        return str(answer.content.decode())

    def api(self, record: Record) -> dict[str, Any]:
        token = api_token(member(self.organisation), self.organisation)
        rows = self.browser.get("/api/v1/records", HTTP_AUTHORIZATION=f"Bearer {token}").json()["results"]
        return dict(next(row for row in rows if row["id"] == str(record.uid)))


def no_msp(place: Place) -> None:
    """The application knows the organisation by an MSP id that the channel does not know."""
    Organisation.objects.filter(pk=place.organisation.pk).update(msp_id="NobodyMSP")


def other_authority(place: Place) -> None:
    place.bring(msp_id=place.other.msp_id)


def expired(place: Place) -> None:
    place.bring(expired=True)


def without_role(place: Place) -> None:
    place.bring(role="")


def other_role(place: Place) -> None:
    place.bring(role="reader")


def without_org(place: Place) -> None:
    place.bring(org="")


def without_identity(place: Place) -> None:
    Identity.objects.filter(organisation=place.organisation).delete()


REFUSED = [
    (no_msp, "NobodyMSP is not an organisation of the channel"),
    (other_authority, "was not issued by that organisation's certificate authority"),
    (expired, "expired on 20"),
    (without_role, "needs the role recorder"),
    (other_role, "needs the role recorder"),
    (without_org, "attribute org is a PGLN"),
]
NOT_BROUGHT = (without_identity, "has no certificate for the ledger with the role recorder yet")
"""Where the instance issues no identities itself."""


def check_that_it_waits(place: Place, words: str) -> Record:
    """A record is queued: said once in the log, on its page and over the API; others' records go on."""
    place.log.set_level(logging.INFO)
    record = place.world.record(place.organisation)
    held = Batch.objects.filter(organisation=place.organisation, attempts__gte=2)
    place.works_until(held.exists, "it was tried twice")
    later = place.world.record(place.organisation)
    good = place.world.record(place.other)
    place.works_until(lambda: place.anchored(good), "another organisation's record is on the ledger")
    assert len([one for one in place.said() if words in one]) == 1, place.said()
    assert len(place.said()) == 1, place.said()
    for one in (record, later):
        told, page = place.api(one), place.page(one)
        assert (told["state"], words in told["reason"]) == ("queued", True), told
        assert "Queued" in page
        assert words.replace("'", "&#x27;") in page
    assert (
        Batch.objects.filter(organisation=place.organisation, evidenced=None).count() == 1
    )  # nothing more is claimed meanwhile
    assert "Traceback" not in page
    return record


def check_that_everything_waits(place: Place, words: str) -> Record:
    """Trouble with the ledger as a whole: said once in the log, and on the record's page and over the API."""
    place.log.set_level(logging.INFO)
    record = place.world.record(place.organisation)
    place.works_until(place.said, "it is said")
    for _ in range(4):
        place.daemon.turn()
    assert [words in one for one in place.said()] == [True], place.said()
    told, page = place.api(record), place.page(record)
    assert (told["state"], words in told["reason"]) == ("queued", True), told
    assert words.replace("'", "&#x27;") in page
    place.browser.logout()
    assert words.replace("'", "&#x27;") in place.browser.get("/ledger/").content.decode()
    return record


def check_that_it_goes_on(place: Place, record: Record) -> None:
    """Once it is put right, everything that waited is on the ledger, and there is nothing left to say."""
    waited = Record.objects.filter(organisation=place.organisation)
    place.works_until(lambda: all(place.anchored(one) for one in waited), "what waited is on the ledger", within=90)
    assert place.api(record)["state"] == "on_ledger"
    assert "goes on by itself" not in place.page(record)


def mend(place: Place) -> None:
    """The organisation has its own MSP id and a good certificate again."""
    Organisation.objects.filter(pk=place.organisation.pk).update(msp_id=place.organisation.msp_id)
    place.bring()
