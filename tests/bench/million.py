"""A million anchored events in PostgreSQL: the rows that capture writes, made by the database itself in a minute.

What SQL makes here is what `capture.index` and `commitments.disclosures` make in Python: a sample is compared with them
before anything is measured. Batches are left to the ledger's own relay.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from traceapp.epcis.gs1_keys import check_digit

BATCH = 1_000  # events of one organisation, as many as a batch has unless settings say otherwise
PART = 100_000  # events made by one statement
ITEMS, LOTS, PLACES, PARTNERS = 200_000, 4_000, 200, 20
HOT_EVERY = 350  # a much used crate has one of so many events
OWNERS = (0, 0, 0, 0, 0, 0, 1, 1, 1, 2)  # of ten batches
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
GTIN = "09506000134352"
CRATE = f"https://id.gs1.org/01/{GTIN}/21/CRATE"
# Steps with disposition and action, by how many of a hundred events have them at most.
STEPS = (
    (30, "shipping", "in_transit", "OBSERVE"),
    (58, "receiving", "in_progress", "OBSERVE"),
    (73, "storing", "sellable_not_accessible", "OBSERVE"),
    (85, "commissioning", "active", "ADD"),
    (93, "packing", "in_progress", "ADD"),
    (98, "unpacking", "in_progress", "DELETE"),
    (99, "inspecting", "conformant", "OBSERVE"),
    (100, "inspecting", "recalled", "OBSERVE"),
)

_FUNCTIONS = """
CREATE FUNCTION key_of(text) RETURNS bigint IMMUTABLE LANGUAGE sql AS $$
  SELECT ('x' || encode(substr(sha256(convert_to($1, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint $$;
CREATE FUNCTION chance(bigint, int, bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS $$
  SELECT (hashint8extended($1, $2) & 9223372036854775807) % $3 $$;
CREATE FUNCTION written(timestamptz) RETURNS text IMMUTABLE LANGUAGE sql AS $$
  SELECT to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;
CREATE FUNCTION leaf_of(text[]) RETURNS bytea IMMUTABLE LANGUAGE sql AS $$
  SELECT sha256('\\x00'::bytea || string_agg(digest, ''::bytea ORDER BY digest))
  FROM (SELECT sha256('\\x02'::bytea || convert_to(one, 'UTF8')) AS digest FROM unnest($1) one) digests $$;
CREATE FUNCTION uid_of(bytea) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
  SELECT overlay(overlay(h placing '8' from 13) placing translate(substr(h, 17, 1), '0123456789abcdef',
    '89ab89ab89ab89ab') from 17)::uuid FROM (SELECT substr(encode($1, 'hex'), 1, 32) AS h) hex $$;
CREATE FUNCTION disclosed(bigint, text, text) RETURNS text IMMUTABLE LANGUAGE sql AS $$
  SELECT '["' || substr(md5($1 || $2), 1, 21) || 'A","' || $2 || '",' || $3 || ']' $$;
CREATE TEMP TABLE step (most int, biz_step text, disposition text, action text);
CREATE TEMP TABLE place (n int, gln text);
CREATE TEMP TABLE partner (n int, gln text);
CREATE TEMP TABLE owner (n int, id bigint, pgln text);
"""

_FACTS = """
CREATE TEMP TABLE fact AS
SELECT g.n, o.id AS firm, o.pgln, s.biz_step, s.disposition, s.action, p.gln AS place, q.gln AS partner,
  'urn:uuid:00000000-0000-4000-8000-' || lpad(g.n::text, 12, '0') AS event_id,
  CASE WHEN g.n %% {hot} = 0 THEN 'CRATE' ELSE chance(g.n, 1, {items})::text END AS serial,
  'L' || chance(g.n, 2, {lots}) AS lot, g.n %% 90 AS quantity,
  %s::timestamptz + make_interval(secs => g.n * 30 + chance(g.n, 3, 86400)) AS time,
  %s::timestamptz + make_interval(secs => g.n * 30 + 90000) AS record_time,
  md5('batch ' || (g.n - 1) / {batch}) AS batch_id
FROM generate_series(%s::bigint, %s::bigint) AS g (n)
JOIN owner o ON o.n = (g.n - 1) / {batch} %% 10
JOIN place p ON p.n = chance(g.n, 4, {places})
JOIN partner q ON q.n = chance(g.n, 5, {partners})
JOIN LATERAL (SELECT * FROM step WHERE most > chance(g.n, 6, 100) ORDER BY most LIMIT 1) s ON true
"""

_RECORDS = """
INSERT INTO ledger_record (id, uid, kind, visibility, disclosures, hidden, leaf, record_time, position, batch_id,
  organisation_id)
SELECT n, uid_of(leaf), 'epcis', 2, convert_to(array_to_string(parts, E'\\n'), 'UTF8'), ''::bytea, leaf, record_time,
  (n - 1) %% {batch}, batch_id, firm
FROM (SELECT *, leaf_of(parts) AS leaf FROM (SELECT *, ARRAY[
  disclosed(n, '/kind', '"epcis"'), disclosed(n, '/recordedBy', '"' || pgln || '"'),
  disclosed(n, '/recordTime', '"' || written(record_time) || '"'), disclosed(n, '/event/type', '"ObjectEvent"'),
  disclosed(n, '/event/eventID', '"' || event_id || '"'), disclosed(n, '/event/eventTime', '"' || written(time) || '"'),
  disclosed(n, '/event/eventTimeZoneOffset', '"+00:00"'), disclosed(n, '/event/action', '"' || action || '"'),
  disclosed(n, '/event/bizStep', '"' || biz_step || '"'), disclosed(n, '/event/disposition', '"' || disposition || '"'),
  disclosed(n, '/event/epcList/0', '"https://id.gs1.org/01/{gtin}/21/' || serial || '"'),
  disclosed(n, '/event/quantityList/0',
    '{{"epcClass":"https://id.gs1.org/01/{gtin}/10/' || lot || '","quantity":' || quantity || '}}'),
  disclosed(n, '/event/bizLocation', '{{"id":"https://id.gs1.org/414/' || place || '"}}'),
  disclosed(n, '/event/destinationList',
    '[{{"destination":"https://id.gs1.org/417/' || partner || '","type":"owning_party"}}]'),
  disclosed(n, '/event/errorDeclaration', 'null')] AS parts FROM fact) made) hashed
"""

_EVENTS = """
INSERT INTO capture_event (record_id, organisation_id, visibility, event_id, is_error_declaration, type, time,
  "offset", action, biz_step, disposition, biz_location, read_point, record_time)
SELECT n, firm, 2, event_id, false, 'ObjectEvent', time, '+00:00', action, biz_step, disposition,
  key_of('https://id.gs1.org/414/' || place), NULL, record_time FROM fact
"""

_KEYS = """
INSERT INTO capture_eventkey (record_id, key, role)
SELECT n, key_of(text), role FROM fact, LATERAL (VALUES
  ('https://id.gs1.org/01/{gtin}/21/' || serial, 1), ('https://id.gs1.org/01/{gtin}/10/' || lot, 2),
  ('https://id.gs1.org/01/{gtin}', 20), ('https://id.gs1.org/414/' || place, 7),
  ('https://id.gs1.org/417/' || partner, 9), ('owning_party https://id.gs1.org/417/' || partner, 14),
  (event_id, 11), (' quantity in unit ', 17)) terms (text, role)
"""

_LEAVES = """
SELECT batch_id, organisation_id, string_agg(leaf, ''::bytea ORDER BY position), min(record_time), max(record_time)
FROM ledger_record GROUP BY batch_id, organisation_id ORDER BY min(id)
"""


@dataclass(frozen=True)
class Firms:
    """The organisations by primary key and PGLN."""

    pks: tuple[int, ...]
    pglns: tuple[str, ...]


def gln(number: int) -> str:
    digits = f"950600{number:06d}"
    return digits + check_digit(digits)


def recorded(number: int) -> datetime:
    return BEGIN + timedelta(seconds=number * 30 + 90_000)


def load(count: int, firms: Firms) -> None:
    """Fill the tables. Their indexes are made afterwards, as one does when loading much."""
    from django.db import connection

    names = {"hot": HOT_EVERY, "items": ITEMS, "lots": LOTS, "batch": BATCH, "places": PLACES, "partners": PARTNERS}
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS)
        _words(cursor, firms)
        dropped = _drop_indexes(cursor)
        for start in range(1, count + 1, PART):
            span = [BEGIN, BEGIN, start, min(start + PART - 1, count)]
            cursor.execute(_FACTS.format(**names), span)
            for statement in (_RECORDS, _EVENTS, _KEYS):
                cursor.execute(statement.format(gtin=GTIN, batch=BATCH).replace("%%", "%"))
            cursor.execute("DROP TABLE fact")
        for statement in dropped:
            cursor.execute(statement)
        for table in ("ledger_record", "capture_event", "capture_eventkey"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        _batches(cursor)
    _compare(count)


def _words(cursor: Any, firms: Firms) -> None:
    cursor.executemany("INSERT INTO step VALUES (%s, %s, %s, %s)", STEPS)
    cursor.executemany("INSERT INTO place VALUES (%s, %s)", [(n, gln(n)) for n in range(PLACES)])
    cursor.executemany("INSERT INTO partner VALUES (%s, %s)", [(n, gln(500 + n)) for n in range(PARTNERS)])
    owners = [(n, firms.pks[at], firms.pglns[at]) for n, at in enumerate(OWNERS)]
    cursor.executemany("INSERT INTO owner VALUES (%s, %s, %s)", owners)


def _drop_indexes(cursor: Any) -> list[str]:
    """Drop what is no constraint, and give the statements that make it again."""
    cursor.execute(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i LEFT JOIN pg_constraint c ON c.conname = i.indexname"
        " WHERE i.tablename = ANY(%s) AND c.conname IS NULL",
        [["ledger_record", "capture_event", "capture_eventkey"]],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]


def _batches(cursor: Any) -> None:
    """Batches as `ledger.claim` leaves them: the relay takes them from here."""
    from traceapp.commitments.tree import root
    from traceapp.ledger.models import Batch

    cursor.execute(_LEAVES)
    for batch_id, firm, blob, first, last in cursor.fetchall():
        leaves = [blob[at : at + 32] for at in range(0, len(blob), 32)]
        Batch.objects.create(
            id=batch_id,
            organisation_id=firm,
            kind="epcis",
            root=root(leaves),
            size=len(leaves),
            leaves=blob,
            time_from=first,
            time_to=last,
            claimed_until=datetime.now(UTC),
        )


def _compare(count: int) -> None:
    """That a sample of the rows is what the application itself makes of the records."""
    from traceapp.commitments.disclosures import assemble, leaf_of, unpack
    from traceapp.ledger.kinds import kind_named
    from traceapp.ledger.models import Record
    from traceapp.ledger.uid import uid_of

    kind = kind_named("epcis")
    assert kind is not None
    for record in Record.objects.filter(pk__in=range(1, count, max(count // 300, 1))):
        assert record.leaf == leaf_of(record.disclosures)
        assert record.uid == uid_of(record.leaf)
        assert kind.expected(record, assemble(unpack(record.disclosures))) == kind.stored([record.pk])[record.pk]
