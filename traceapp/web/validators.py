"""Field validators, each with an error that says what to do."""

import re
from collections.abc import Callable
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible

from traceapp.epcis.identifiers import IdentifierError


@deconstructible
class identifier_validator:  # noqa: N801  (used like a function, but migrations must be able to write it down)
    """Wrap `valid_gln`, `valid_gtin` or `valid_sscc` as a Django validator."""

    def __init__(self, check: Callable[[str], str]) -> None:
        self.check = check

    def __call__(self, value: str) -> None:
        try:
            self.check(value)
        except IdentifierError as error:
            raise ValidationError(str(error)) from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, identifier_validator) and other.check is self.check

    def __hash__(self) -> int:
        return hash(self.check)


_HOST: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+", re.ASCII)


def host_validator(value: str) -> None:
    """A host name as DNS has it, in lower case: `www.example.org`, without `https://`, path or port."""
    if len(value) > 253 or not _HOST.fullmatch(value):
        raise ValidationError("Give the host name alone, such as www.example.org, without https:// and without a path.")
