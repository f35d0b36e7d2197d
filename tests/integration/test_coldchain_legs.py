"""Legs follow from events: their own organisation's, corrected and late ones included."""

from datetime import timedelta

import pytest

from tests.coldchain_world import OTHER_SSCC, SSCC, START, Logger, aggregation, association, capture, wrong
from tests.factories import ProductFactory
from traceapp.coldchain.legs import recut
from traceapp.coldchain.models import Case, Conditions, LedgerLeg, Leg
from traceapp.coldchain.rules import rule_for
from traceapp.epcis import identifiers
from traceapp.sensors.conditions import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(ledger_world):
    ledger_world.logger = Logger(ledger_world.organisations[0])
    return ledger_world


def minutes(moment):
    return None if moment is None else round((moment - START) / timedelta(minutes=1))


def legs(logger):
    recut(logger.device)
    rows = Leg.objects.filter(device=logger.device, superseded=None).order_by("began")
    return [(one.goods, minutes(one.began), minutes(one.ended), one.why_ended) for one in rows]


@pytest.mark.parametrize("anchored", [True, False])
def test_an_association_makes_a_leg_and_its_end_ends_it(world, anchored):
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("ADD", SSCC, [logger.uri], 0))
    if anchored:
        world.anchor()
    assert legs(logger) == [(SSCC, 0, None, "")]
    capture(owner, association("DELETE", SSCC, [logger.uri], 90))
    assert legs(logger) == [(SSCC, 0, 90, "removed")]


def test_taking_off_everything_takes_off_the_logger(world):
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("ADD", SSCC, [logger.uri], 0), association("DELETE", SSCC, [], 90))
    assert legs(logger) == [(SSCC, 0, 90, "removed")]


def test_moving_the_logger_splits_the_leg_also_when_that_is_told_late(world):
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("ADD", SSCC, [logger.uri], 0), association("DELETE", OTHER_SSCC, [logger.uri], 120))
    assert legs(logger) == [(SSCC, 0, None, "")]
    capture(owner, association("ADD", OTHER_SSCC, [logger.uri], 60))
    assert legs(logger) == [(SSCC, 0, 60, "moved"), (OTHER_SSCC, 60, 120, "removed")]


def test_an_association_that_was_declared_wrong_made_no_leg(world):
    owner, logger = world.organisations[0], world.logger
    event = association("ADD", OTHER_SSCC, [logger.uri], 30)
    capture(owner, association("ADD", SSCC, [logger.uri], 0), event)
    assert [leg[0] for leg in legs(logger)] == [SSCC, OTHER_SSCC]
    capture(owner, wrong(event, 200))
    assert legs(logger) == [(SSCC, 0, None, "")]


def test_unpacking_everything_ends_the_leg_and_unpacking_a_part_does_not(world):
    owner, logger = world.organisations[0], world.logger
    items = [f"https://id.gs1.org/01/09506000134352/21/{number}" for number in (1, 2)]
    capture(owner, aggregation("ADD", SSCC, items, -5), association("ADD", SSCC, [logger.uri], 0))
    capture(owner, aggregation("DELETE", SSCC, items[:1], 40))
    assert legs(logger) == [(SSCC, 0, None, "")]
    capture(owner, aggregation("DELETE", SSCC, items[1:], 50))
    assert legs(logger) == [(SSCC, 0, 50, "unpacked")]


def test_a_stranger_neither_ties_a_device_nor_unpacks_goods_that_are_not_theirs(world):
    owner, stranger, _ = world.organisations
    logger = world.logger
    capture(owner, aggregation("ADD", SSCC, ["https://id.gs1.org/01/09506000134352/21/1"], -5))
    capture(owner, association("ADD", SSCC, [logger.uri], 0))
    capture(stranger, association("ADD", OTHER_SSCC, [logger.uri], 10), association("DELETE", SSCC, [], 15))
    capture(stranger, aggregation("DELETE", SSCC, [], 20))
    assert legs(logger) == [(SSCC, 0, None, "")]


def test_a_leg_that_went_to_the_ledger_or_has_a_case_is_kept_when_it_is_cut_anew(world):
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("ADD", SSCC, [logger.uri], 0), association("DELETE", SSCC, [logger.uri], 90))
    legs(logger)
    leg = Leg.objects.get()
    LedgerLeg.objects.create(
        leg=leg,
        device=leg.device,
        call_id="ab" * 16,
        kid="k",
        began=leg.began,
        ended=leg.ended,
        figures={},
        interval=900,
    )
    capture(owner, association("ADD", OTHER_SSCC, [logger.uri], 60))
    assert legs(logger)[0] == (SSCC, 0, 60, "moved")
    (old,) = Leg.objects.exclude(superseded=None)
    assert (minutes(old.ended), old.pieces.get().call_id) == (90, "ab" * 16)


def test_rows_stay_the_same_when_nothing_new_is_known(world):
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("ADD", SSCC, [logger.uri], 0), association("ADD", OTHER_SSCC, [logger.uri], 9))
    legs(logger)
    before = list(Leg.objects.values_list("pk", "uid"))
    legs(logger)
    assert list(Leg.objects.values_list("pk", "uid")) == before
    assert not Case.objects.exists()


def test_goods_are_judged_by_what_is_inside_them(world):
    owner = world.organisations[0]
    vaccine, cheese = (
        ProductFactory(organisation=owner),
        ProductFactory(organisation=owner, storage_min_c="1", storage_max_c="6"),
    )
    box = "https://id.gs1.org/00/095060001343520055"
    item = f"{identifiers.product(vaccine.gtin)}/21/7"
    capture(owner, aggregation("ADD", box, [item], -9), aggregation("ADD", SSCC, [box], -5))
    assert rule_for(owner.pk, SSCC).high is None
    Conditions.objects.create(
        organisation=owner, gtin=vaccine.gtin, name="Vaccines", product_class="refrigerated", low=2, high=8, minimum=5
    )
    rule = rule_for(owner.pk, SSCC)
    assert (rule.low, rule.high, rule.minimum, rule.freezing, rule.mkt_window) == (2, 8, 300, 0, DAY)
    capture(owner, aggregation("ADD", SSCC, [f"{identifiers.product(cheese.gtin)}/21/8"], -4))
    rule = rule_for(owner.pk, SSCC)
    assert (rule.low, rule.high, rule.mkt_window) == (2, 6, None), "the strictest of both, and no MKT for cheese"


def test_without_conditions_the_band_of_the_logger_counts(world):
    logger = Logger(world.organisations[0], "9506000111LOGGER8", band_min=2, band_max=8)
    rule = rule_for(world.organisations[0].pk, SSCC, logger.device)
    assert (rule.low, rule.high, rule.freezing) == (2, 8, 0)


def test_seeing_that_a_logger_is_with_goods_neither_begins_nor_ends_a_leg(world):
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("OBSERVE", OTHER_SSCC, [logger.uri], 0))
    assert legs(logger) == []
    capture(owner, association("ADD", SSCC, [logger.uri], 10), association("OBSERVE", OTHER_SSCC, [logger.uri], 20))
    assert legs(logger) == [(SSCC, 10, None, "")]


def test_an_end_or_a_move_that_was_declared_wrong_lets_the_leg_go_on(world):
    owner, logger = world.organisations[0], world.logger
    taken_off, moved = association("DELETE", SSCC, [logger.uri], 90), association("ADD", OTHER_SSCC, [logger.uri], 50)
    capture(owner, association("ADD", SSCC, [logger.uri], 0), taken_off, moved)
    assert legs(logger) == [(SSCC, 0, 50, "moved"), (OTHER_SSCC, 50, None, "")]
    capture(owner, wrong(moved, 100))
    assert legs(logger) == [(SSCC, 0, 90, "removed")]
    capture(owner, wrong(taken_off, 110))
    assert legs(logger) == [(SSCC, 0, None, "")]


def test_two_loggers_on_one_pallet_have_a_leg_each(world):
    owner, first = world.organisations[0], world.logger
    second = Logger(owner, "9506000111LOGGER8")
    capture(owner, association("ADD", SSCC, [first.uri, second.uri], 0), association("DELETE", SSCC, [first.uri], 30))
    assert legs(first) == [(SSCC, 0, 30, "removed")]
    assert legs(second) == [(SSCC, 0, None, "")]


def test_one_logger_is_with_one_holder_at_a_time_whatever_several_events_say(world):
    """Of two pallets at one moment the one that was told last has it; of several in one event the first."""
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("ADD", SSCC, [logger.uri], 0))
    capture(owner, association("ADD", OTHER_SSCC, [logger.uri], 0))
    assert legs(logger) == [(OTHER_SSCC, 0, None, "")]
    capture(owner, association("ADD", logger.uri, [SSCC, OTHER_SSCC], 40))
    assert legs(logger) == [(OTHER_SSCC, 0, 40, "moved"), (SSCC, 40, None, "")]
