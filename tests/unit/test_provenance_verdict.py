"""The verdict is the worst thing that holds."""

import pytest

from traceapp.provenance.verdict import Signs, Verdict, judge, sentence, tally


@pytest.mark.parametrize(
    ("signs", "verdict"),
    [
        (Signs(verified=9), Verdict.UNALTERED),
        (Signs(verified=8, pending=1), Verdict.PENDING),
        (Signs(verified=8, refused=1), Verdict.PENDING),
        (Signs(verified=8, pending=1, broken=1), Verdict.MISMATCH),
        (Signs(verified=8, pending=1, expired=True), Verdict.EXPIRED),
        (Signs(verified=8, times_sold=2, expired=True), Verdict.COPIED),
        (Signs(verified=8, times_sold=1), Verdict.UNALTERED),
        (Signs(broken=1, times_sold=2), Verdict.MISMATCH),
        (Signs(verified=8, broken=1, recalled_by="Huerta Alba"), Verdict.RECALLED),
        (Signs(), Verdict.UNKNOWN),
        (Signs(names_product_only=True), Verdict.PRODUCT),
    ],
)
def test_the_worst_sign_decides(signs, verdict):
    assert judge(signs) is verdict


@pytest.mark.parametrize("verdict", list(Verdict))
def test_no_verdict_calls_the_goods_genuine(verdict):
    said = f"{verdict.title} {sentence(verdict, Signs(verified=2, broken=1))}".lower()

    assert "genuine" not in said
    assert "authentic" not in said


def test_the_tally_counts_what_matches():
    assert tally(Signs(verified=9)) == "9 of 9 records match"
    assert tally(Signs(verified=8, broken=1)) == "8 of 9 records match"


def test_a_mismatch_says_how_many():
    assert sentence(Verdict.MISMATCH, Signs(verified=8, broken=1)).startswith("1 of 9 records was changed or lost")
    assert sentence(Verdict.MISMATCH, Signs(verified=7, broken=2)).startswith("2 of 9 records were changed or lost")
