"""Field validators that turn an identifier's own error into a form error."""

from collections.abc import Callable

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
