"""What `manage.py check` looks at in this room."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from traceapp.ledger import keystore


@register
def keystore_opens(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """A wrong KEYSTORE_KEY, before anybody waits for a signature."""
    try:
        keystore.check()
    except (keystore.KeyStoreError, OSError) as error:
        return [Error(str(error), id="ledger.E001")]
    return []
