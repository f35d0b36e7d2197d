"""What the pages of an organisation show."""

from dataclasses import dataclass

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.roles import Role
from traceapp.accounts.services import may_be_given_a_link


@dataclass(frozen=True)
class Member:
    user: User
    roles: tuple[str, ...]
    waiting: bool  # has not chosen a password yet, and may be given a new link

    @property
    def role_words(self) -> str:
        return ", ".join(Role(role).label for role in self.roles)


def members(organisation: Organisation) -> list[Member]:
    """Each person once, with their roles in the order of `Role`."""
    order = list(Role.values)
    people: dict[User, list[str]] = {}
    for row in organisation.memberships.select_related("user").order_by("user__last_name", "user__email"):
        people.setdefault(row.user, []).append(row.role)
    return [
        Member(user, tuple(sorted(roles, key=order.index)), may_be_given_a_link(user, organisation))
        for user, roles in people.items()
    ]


def own_places(user: User) -> list[tuple[Organisation, str]]:
    """The organisations a person belongs to, each with their roles there in words."""
    held: dict[Organisation, list[str]] = {}
    for row in user.memberships.select_related("organisation").order_by("organisation__name"):
        held.setdefault(row.organisation, []).append(row.get_role_display())
    return [(organisation, ", ".join(roles)) for organisation, roles in held.items()]


def name_of(msp_id: str, pgln: str) -> str:
    """An organisation of the ledger in words; one that is not known here by its number and who vouches for it."""
    found = Organisation.objects.filter(msp_id=msp_id, pgln=pgln).values_list("name", flat=True).first()
    return found or f"{pgln} ({msp_id})"
