"""Every address of the resolver, with the values that data in the database offers for its parameters.

A room that lands later is walked without a change here: its patterns come from the resolver, its keys from its models.
"""

import re
import uuid
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice, product

from django.apps import apps
from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver

Offers = dict[str, set[str]]

_PARAMETER = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
_OURS = ("traceapp.", "forecasting")
_ODD = {
    "int": ["0", "99999999999999999999"],
    "uuid": [str(uuid.UUID(int=0))],
    "str": ["%00", "x" * 300, "%F0%9F%8D%93"],
}


def patterns(of: list[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[str]:
    """The text of each pattern, as `/masterdata/products/<str:gtin>/`."""
    for one in get_resolver().url_patterns if of is None else of:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, prefix + str(one.pattern))
        else:
            yield simplify_regex(prefix + str(one.pattern))


def offered(a_model: int = 4) -> Offers:
    """Keys of rows of our own models that could stand in an address: by the field's name, and by converter."""
    found: Offers = defaultdict(set)
    for model in apps.get_models():
        if model.__module__.startswith(_OURS) and not model.__name__.startswith("Historical"):
            keys = [field for field in model._meta.concrete_fields if field.primary_key or field.unique]
            for field in keys:
                for value in model._base_manager.order_by("pk").values_list(field.attname, flat=True)[:a_model]:
                    for name in {field.name, "pk" if field.primary_key else field.name, _kind(value)}:
                        found[name].add(str(value))
    return found


def _kind(value: object) -> str:
    if isinstance(value, uuid.UUID):
        return "uuid"
    return "int" if isinstance(value, int) else "str"


def _values(offers: Offers, name: str, converter: str | None) -> list[str]:
    """For one parameter: what fields of its name hold, else what its converter takes; and values that nobody offered."""
    kind = converter or "str"
    fitting = offers["int"] if converter == "int" else offers.get(name) or offers.get(kind) or {"1"}
    return [*sorted(fitting), *_ODD.get(kind, _ODD["str"])]


def addresses(offers: Offers, *, most: int = 60) -> Iterator[str]:
    """Each pattern with each value in each place, at most `most` a pattern."""
    for pattern in patterns():
        parameters = list(_PARAMETER.finditer(pattern))
        choices = [_values(offers, one["name"], one["converter"]) for one in parameters]
        for chosen in islice(product(*choices), most if len(choices) < 2 else 6):
            address = pattern
            for parameter, value in zip(parameters, chosen, strict=True):
                address = address.replace(parameter[0], value, 1)
            yield address


def body_of(response) -> str:
    """All of an answer that a reader could see: its words and its headers."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8", "replace") + str(dict(response.headers))
