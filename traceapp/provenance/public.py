"""What of a verified record anyone may see, field by field, as the one visibility policy says."""

from typing import Any

from traceapp.accounts.visibility import Relation, may_see


def public_event(body: dict[str, Any]) -> dict[str, Any]:
    """The event of a verified record, with the fields the public may see and no others."""
    event = body.get("event")
    if not isinstance(event, dict):
        return {}
    return {name: value for name, value in event.items() if may_see(f"/event/{name}", Relation.PUBLIC)}
