"""Who belongs to which goods, and what was inside what, when."""

from datetime import UTC, datetime, timedelta

from traceapp.capture.graph import END, Graph, Span, Tie, members
from traceapp.capture.models import LinkAction

MAKER, CARRIER, SHOP, STRANGER = 1, 2, 3, 4
LOT, OTHER, TOTE, LORRY, NODE, JAM = 11, 12, 13, 14, 15, 16


def at(hour):
    return datetime(2026, 5, 14, tzinfo=UTC) + timedelta(hours=hour)


class Happened:
    visibility = 2

    def __init__(self, organisation_id, time, *parties):
        self.organisation_id, self.time, self.parties = organisation_id, time, frozenset(parties)


def graph(*ties, members_of=None, events=None):
    made = Graph()
    for pk, tie in enumerate(ties):
        made.add_link(pk, tie)
    for key, organisations in (members_of or {}).items():
        made.add_namings(key, [(organisations[0], one, False) for one in organisations])
    for key, some in (events or {}).items():
        made.add_events(key, some)
    made.settle()
    return made


def tie(source, target, hour, action, by=MAKER):
    return Tie(source, target, at(hour), action, by)


def test_a_span_holds_its_start_and_not_its_end():
    span = Span(at(1), at(2))
    assert span.holds(at(1))
    assert not span.holds(at(2))
    assert Span(at(1), at(1)).holds(at(1))


def test_spans_apart_have_nothing_in_common():
    assert Span(at(1), at(2)).within(Span(at(3), END)) is None
    assert Span(at(1), at(5)).within(Span(at(3), END)) == Span(at(3), at(5))


def test_the_first_namer_is_the_root_where_none_is_marked():
    assert members([(MAKER, CARRIER, False), (STRANGER, SHOP, False)]) == {MAKER, CARRIER}


def test_a_marked_root_leaves_out_whoever_came_first():
    assert members([(STRANGER, SHOP, False), (MAKER, MAKER, True)]) == {MAKER}


def test_members_name_members_in_any_order():
    assert members([(MAKER, MAKER, True), (CARRIER, SHOP, False), (MAKER, CARRIER, False)]) == {MAKER, CARRIER, SHOP}


def test_nobody_belongs_to_goods_nobody_named():
    assert members([]) == frozenset()


def test_without_links_members_are_the_holders():
    assert graph(members_of={LOT: [MAKER, SHOP]}).holders(LOT, at(1)) == {MAKER, SHOP}


def test_who_holds_the_tote_meanwhile_holds_what_is_inside():
    made = graph(
        tie(LOT, TOTE, 1, LinkAction.PACK),
        tie(LOT, TOTE, 5, LinkAction.UNPACK),
        members_of={LOT: [MAKER], TOTE: [MAKER, CARRIER, SHOP]},
        events={TOTE: [Happened(MAKER, at(2), CARRIER), Happened(MAKER, at(9), SHOP)]},
    )
    assert made.holders(LOT, at(0)) == {MAKER, CARRIER}


def test_the_tote_and_its_contents_share_only_the_time_inside():
    made = graph(
        tie(LOT, TOTE, 1, LinkAction.PACK),
        tie(LOT, TOTE, 5, LinkAction.UNPACK),
        members_of={LOT: [MAKER, SHOP], TOTE: [MAKER]},
    )
    assert made.holders(TOTE, at(3)) == {MAKER, SHOP}
    assert made.holders(TOTE, at(7)) == {MAKER}


def test_rows_may_come_in_any_order():
    made = graph(
        tie(LOT, TOTE, 5, LinkAction.UNPACK),
        tie(LOT, TOTE, 1, LinkAction.PACK),
        members_of={LOT: [MAKER, SHOP], TOTE: [MAKER]},
    )
    assert made.holders(TOTE, at(7)) == {MAKER}


def test_what_was_only_seen_inside_was_inside_at_that_moment():
    made = graph(tie(LOT, TOTE, 3, LinkAction.SEEN), members_of={LOT: [MAKER, SHOP], TOTE: [MAKER]})
    assert made.holders(TOTE, at(3)) == {MAKER, SHOP}
    assert made.holders(TOTE, at(4)) == {MAKER}


def test_packing_nests():
    made = graph(
        tie(LOT, TOTE, 1, LinkAction.PACK),
        tie(TOTE, LORRY, 2, LinkAction.PACK),
        tie(TOTE, LORRY, 4, LinkAction.UNPACK),
        members_of={LOT: [MAKER], TOTE: [MAKER], LORRY: [MAKER, CARRIER, SHOP]},
        events={LORRY: [Happened(MAKER, at(3), CARRIER), Happened(MAKER, at(8), SHOP)]},
    )
    assert made.holders(LOT, at(0)) == {MAKER, CARRIER}
    assert made.holders(LORRY, at(3)) == {MAKER, CARRIER, SHOP}


def test_a_walk_does_not_turn_round_to_what_shared_the_tote():
    made = graph(
        tie(LOT, TOTE, 1, LinkAction.PACK),
        tie(OTHER, TOTE, 1, LinkAction.PACK),
        members_of={LOT: [MAKER], OTHER: [MAKER, SHOP], TOTE: [MAKER]},
    )
    assert made.holders(LOT, at(2)) == {MAKER}


def test_a_transformation_joins_what_went_in_with_what_came_out():
    made = graph(
        tie(LOT, NODE, 2, LinkAction.INTO),
        tie(NODE, JAM, 2, LinkAction.INTO),
        members_of={LOT: [MAKER], JAM: [MAKER, SHOP]},
    )
    assert made.holders(LOT, at(0)) == made.holders(JAM, at(9)) == {MAKER, SHOP}


def test_a_link_by_somebody_who_belongs_to_one_end_only_does_not_count():
    made = graph(
        tie(LOT, TOTE, 1, LinkAction.PACK, by=STRANGER),
        members_of={LOT: [MAKER], TOTE: [STRANGER]},
        events={TOTE: [Happened(STRANGER, at(2))]},
    )
    assert made.holders(LOT, at(2)) == {MAKER}
    assert made.holders(TOTE, at(2)) == {STRANGER}


def test_circles_of_packing_end():
    made = graph(
        tie(LOT, TOTE, 1, LinkAction.PACK),
        tie(TOTE, LOT, 1, LinkAction.PACK),
        members_of={LOT: [MAKER], TOTE: [MAKER, SHOP]},
    )
    assert made.holders(LOT, at(2)) >= {MAKER}
    assert made.related([LOT]) == {LOT, TOTE}
