"""On whose page a message without a known key is counted: whoever sent it, else whoever has the number in its kid.

A token or a broker's account says for sure who sent it; a kid is only what the message claims, and is believed for
counting alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from traceapp.accounts.models import Organisation
from traceapp.sensors.models import Device, DeviceKey

_NAMED: Final = "8004-"


@dataclass(frozen=True)
class Senders:
    """`member_of`: of whoever sent all of it with a token. `accounts`: the broker's, one a message, as kids."""

    member_of: Organisation | None = None
    accounts: Sequence[str] = ()

    def account(self, position: int) -> str:
        """The kid whose account brought this message; empty where there is none."""
        return self.accounts[position] if self.accounts else ""


class Owners:
    """Finds whose a refused message is."""

    def __init__(self, senders: Senders, keys: Mapping[str, DeviceKey]) -> None:
        self._senders, self._keys = senders, keys
        self._prefixes: list[tuple[str, Organisation]] | None = None

    def of(self, position: int, kid: str) -> Device | Organisation | None:
        """By the key that it names, the account or token that brought it, the company prefix in its kid."""
        key = self._keys.get(kid) or self._keys.get(self._senders.account(position))
        return key.device if key else self._senders.member_of or self._by_prefix(kid)

    def _by_prefix(self, kid: str) -> Organisation | None:
        if not kid.startswith(_NAMED):
            return None
        if self._prefixes is None:
            named = Organisation.objects.exclude(company_prefix="")
            self._prefixes = [(one.company_prefix, one) for one in named]
        return longest(kid.removeprefix(_NAMED), self._prefixes)


def longest(giai: str, prefixes: Iterable[tuple[str, Organisation]]) -> Organisation | None:
    """The organisation with the longest company prefix that the number begins with."""
    fitting = [(len(prefix), one.pk, one) for prefix, one in prefixes if giai.startswith(prefix)]
    return max(fitting)[2] if fitting else None
