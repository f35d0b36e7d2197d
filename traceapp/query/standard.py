"""Parameters with names of their own: what, when, where and why (EPCIS 2.0.1, section 8.2.7.1)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from traceapp.capture import numbers, terms
from traceapp.capture.models import KeyRole
from traceapp.epcis.extensions import full_name
from traceapp.epcis.identifiers import IdentifierError, canonical
from traceapp.epcis.models import TYPES
from traceapp.epcis.sensor_fields import any_form
from traceapp.epcis.vocabulary import VocabularyError, bare, one_form
from traceapp.masterdata.vocabulary import with_descendants
from traceapp.query import values
from traceapp.query.criteria import Column, Criterion, Keys, LookUp, Span
from traceapp.query.errors import QueryError
from traceapp.query.goods import MATCHES, matching
from traceapp.query.seen import SeenEvent

Make = Callable[[str, Any], Criterion | None]
"""Parameter name and value to its criterion; None where it asks for nothing."""

ACTIONS = ("ADD", "OBSERVE", "DELETE")


def _keys(numbers: Iterable[int], *roles: KeyRole) -> tuple[LookUp, ...]:
    return (Keys(frozenset(numbers), frozenset(role.value for role in roles)),)


def event_type(name: str, given: Any, prefixes: Mapping[str, str]) -> Criterion:
    """Types of the standard, and own ones by the prefix that events write or the whole name."""
    wanted = frozenset(values.texts(name, given))
    for one in wanted:
        if one not in TYPES and ":" not in one:
            raise QueryError(name, f"{one[:60]!r} is not {', '.join(TYPES)}; a type of your own must be a URI")
    own = {full_name(one, prefixes) for one in wanted - TYPES.keys()}
    if not own:
        return _column(name, "type", "type", wanted, lambda value: value)

    def test(seen: SeenEvent) -> bool:
        kind = seen.event.get("type", "")
        return kind in wanted or kind in own or full_name(kind, seen.prefixes) in own

    # Of both kinds together no look-up tells.
    keys = (terms.field(terms.TYPE, one) for one in own)
    look_ups = _keys(keys, KeyRole.FIELD) if wanted.isdisjoint(TYPES) else ()
    return Criterion(name, frozenset({"type"}), test, look_ups)


def _action(name: str, given: Any) -> Criterion:
    wanted = frozenset(values.texts(name, given))
    if not wanted <= set(ACTIONS):
        raise QueryError(name, f"{min(wanted - set(ACTIONS))[:60]!r} is not {', '.join(ACTIONS)}")
    return _column(name, "action", "action", wanted, lambda value: value)


def _column(name: str, member: str, column: str, wanted: frozenset[str], read: Callable[[str], str]) -> Criterion:
    def test(seen: SeenEvent) -> bool:
        value = seen.event.get(member)
        return value is not None and read(value) in wanted

    return Criterion(name, frozenset({member}), test, (Column(column, wanted),))


def words(name: str, given: Any, vocabulary: str) -> frozenset[str]:
    """Words of the CBV in any spelling, or URIs. QueryError for others."""
    try:
        return frozenset(bare(vocabulary, one) for one in values.texts(name, given))
    except VocabularyError as error:
        raise QueryError(name, str(error)) from None


def _word(member: str, column: str) -> Make:
    def make(name: str, given: Any) -> Criterion:
        wanted = words(name, given, member)
        return _column(name, member, column, wanted, lambda value: one_form(member, value))

    return make


def _persistent(which: str) -> Make:
    def make(name: str, given: Any) -> Criterion:
        wanted = words(name, given, "disposition")

        def test(seen: SeenEvent) -> bool:
            found = (seen.event.get("persistentDisposition") or {}).get(which) or ()
            return any(one_form("disposition", one) in wanted for one in found)

        keys = [terms.persistent(which, one) for one in wanted]
        return Criterion(name, frozenset({"persistentDisposition"}), test, _keys(keys, KeyRole.PERSISTENT))

    return make


def uris(name: str, given: Any) -> frozenset[str]:
    """Canonical identifiers. QueryError for what is no URI."""
    try:
        return frozenset(canonical(one) for one in values.texts(name, given))
    except IdentifierError as error:
        raise QueryError(name, str(error)) from None


def place(name: str, member: str, wanted: frozenset[str], *, within: bool) -> Criterion:
    """A place itself or, `within`, whatever is a part of it as well."""

    def test(seen: SeenEvent) -> bool:
        entry = seen.event.get(member)
        if not entry:
            return False
        found = any_form(entry["id"])
        return found in wanted or (within and found.partition("/254/")[0] in wanted)

    role = KeyRole.PLACE if member == "bizLocation" else KeyRole.READ_POINT
    keys = [terms.cached_key(one) for one in wanted]
    return Criterion(name, frozenset({member}), test, _keys(keys, role))


def _place(member: str) -> Make:
    return lambda name, given: place(name, member, uris(name, given), within=False)


def within(name: str, given: Any, member: str, asker: int | None) -> Criterion:
    """A place with its parts: GLN extensions, and what the asker's own master data calls its children."""
    return place(name, member, with_descendants(asker, uris(name, given)), within=True)


def _transformation(name: str, given: Any) -> Criterion:
    wanted = frozenset(any_form(one) for one in values.texts(name, given))

    def test(seen: SeenEvent) -> bool:
        value = seen.event.get("transformationID")
        return value is not None and any_form(value) in wanted

    keys = map(terms.cached_key, wanted)
    return Criterion(name, frozenset({"transformationID"}), test, _keys(keys, KeyRole.TRANSFORMATION))


def _event_id(name: str, given: Any) -> Criterion:
    wanted = frozenset(values.texts(name, given))
    keys = map(terms.event_id, wanted)
    return Criterion(
        name, frozenset({"eventID"}), lambda seen: seen.event["eventID"] in wanted, _keys(keys, KeyRole.EVENT_ID)
    )


# --- when -------------------------------------------------------------------------------------------------------------


def _when(column: str, *, least: bool) -> Make:
    """From a moment on, or before it."""

    def make(name: str, given: Any) -> Criterion:
        bound = values.time(name, given)

        def test(seen: SeenEvent) -> bool:
            moment = seen.time if column == "time" else seen.record_time
            return moment >= bound if least else moment < bound

        span = Span(column, least=bound) if least else Span(column, most=bound)
        members = frozenset({"eventTime"} if column == "time" else ())
        return Criterion(name, members, test, (span,))

    return make


# --- declared wrong ---------------------------------------------------------------------------------------------------


def _declaration(seen: SeenEvent) -> Mapping[str, Any]:
    return seen.event.get("errorDeclaration") or {}


def _declared(name: str, test: Callable[[Mapping[str, Any]], bool], *keys: str) -> Criterion:
    look_ups = _keys(map(terms.cached_key, keys or ("errorDeclaration",)), KeyRole.ERROR)
    return Criterion(name, frozenset({"errorDeclaration"}), lambda seen: test(_declaration(seen)), look_ups)


def _exists_declaration(name: str, given: Any) -> Criterion | None:
    return _declared(name, bool) if values.flag(name, given) else None


def _declared_when(*, least: bool) -> Make:
    def make(name: str, given: Any) -> Criterion:
        bound = values.time(name, given)

        def test(declaration: Mapping[str, Any]) -> bool:
            moment = values.as_time(declaration.get("declarationTime", ""))
            return moment is not None and (moment >= bound if least else moment < bound)

        ends = {"least" if least else "most": bound.timestamp()}
        look_up = Keys(spans=frozenset({numbers.span(numbers.DECLARED, **ends)}))
        return Criterion(name, frozenset({"errorDeclaration"}), lambda seen: test(_declaration(seen)), (look_up,))

    return make


def _error_reason(name: str, given: Any) -> Criterion:
    wanted = words(name, given, "errorReason")

    def test(declaration: Mapping[str, Any]) -> bool:
        return bool(declaration.get("reason")) and one_form("errorReason", declaration["reason"]) in wanted

    return _declared(name, test, *(f"reason {one}" for one in wanted))


def _corrective(name: str, given: Any) -> Criterion:
    wanted = frozenset(values.texts(name, given))

    def test(declaration: Mapping[str, Any]) -> bool:
        return not wanted.isdisjoint(declaration.get("correctiveEventIDs") or ())

    return _declared(name, test, *(f"corrective {one}" for one in wanted))


WITHIN = {"WD_readPoint": "readPoint", "WD_bizLocation": "bizLocation"}
NAMED: dict[str, Make] = {
    "GE_eventTime": _when("time", least=True),
    "LT_eventTime": _when("time", least=False),
    "GE_recordTime": _when("record_time", least=True),
    "LT_recordTime": _when("record_time", least=False),
    "EQ_action": _action,
    "EQ_bizStep": _word("bizStep", "biz_step"),
    "EQ_disposition": _word("disposition", "disposition"),
    "EQ_persistentDisposition_set": _persistent("set"),
    "EQ_persistentDisposition_unset": _persistent("unset"),
    "EQ_readPoint": _place("readPoint"),
    "EQ_bizLocation": _place("bizLocation"),
    "EQ_transformationID": _transformation,
    "EQ_eventID": _event_id,
    "EXISTS_errorDeclaration": _exists_declaration,
    "GE_errorDeclarationTime": _declared_when(least=True),
    "LT_errorDeclarationTime": _declared_when(least=False),
    "EQ_errorReason": _error_reason,
    "EQ_correctiveEventID": _corrective,
    **{name: lambda name, given: matching(name, values.texts(name, given)) for name in MATCHES},
}
