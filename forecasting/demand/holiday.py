"""Public holidays of a country, by day. Pure: a fixed calendar of the installed library, whose version is anchored."""

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=512)
def code_of(country: str) -> str:
    """ISO 3166-1 code of a country by its code or English name; empty for one that has no calendar."""
    from holidays.registry import COUNTRIES

    wanted = _bare(country)
    for name, (title, *codes) in COUNTRIES.items():
        if wanted in {_bare(name), _bare(title), *map(_bare, codes[:2])}:
            return str(codes[0])
    return ""


def _bare(text: str) -> str:
    return "".join(filter(str.isalpha, text.casefold()))


@lru_cache(maxsize=256)
def of_year(code: str, year: int) -> dict[date, str]:
    """Holidays of the whole country; days that only stand in for one that fell on a weekend are named as such."""
    import holidays

    if not code:
        return {}
    try:
        return dict(sorted(holidays.country_holidays(code, years=year).items()))
    except NotImplementedError:
        return {}


def name_of(code: str, day: date) -> str:
    """What is celebrated; empty on any other day."""
    return of_year(code, day.year).get(day, "")
