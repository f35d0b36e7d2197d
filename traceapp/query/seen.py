"""An event as one viewer sees it: criteria are tested on this, so that nobody learns a hidden field by asking."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from traceapp.capture.numbers import QUANTITY_LISTS
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis.extensions import Field, fields_of


@dataclass
class SeenEvent:
    """The members of an event that its viewer may see, the prefixes of its extensions, and when it was recorded."""

    event: Mapping[str, Any]
    prefixes: Mapping[str, str]
    record_time: datetime

    @cached_property
    def time(self) -> datetime:
        """When it happened."""
        return parse_rfc3339(self.event["eventTime"])

    @cached_property
    def fields(self) -> list[Field]:
        """Its extension fields."""
        return list(fields_of(self.event, self.prefixes))

    def amounts(self) -> Iterator[tuple[int | float, str | None]]:
        """Quantities with their unit, of whatever role."""
        for member in QUANTITY_LISTS:
            for one in self.event.get(member) or ():
                if "quantity" in one:
                    yield one["quantity"], one.get("uom")
