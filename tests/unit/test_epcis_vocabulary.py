"""The words of the CBV."""

import pytest

from traceapp.epcis.cbv import BIZ_STEPS
from traceapp.epcis.vocabulary import (
    VOCABULARIES,
    VocabularyError,
    bare,
    full_name,
    title_for,
    title_pattern,
    urn_name,
    words_for,
)


def test_the_vocabularies_are_complete():
    sizes = {name: len(words) for name, (_, _, words) in VOCABULARIES.items()}
    assert sizes == {"bizStep": 41, "disposition": 33, "bizTransaction": 13, "sourceOrDestination": 3, "errorReason": 2}


@pytest.mark.parametrize(
    ("vocabulary", "word"), [(name, word) for name, one in VOCABULARIES.items() for word in sorted(one[2])]
)
def test_every_word_is_found_under_all_its_names(vocabulary, word):
    assert bare(vocabulary, word) == word
    assert bare(vocabulary, full_name(vocabulary, word)) == word
    assert bare(vocabulary, urn_name(vocabulary, word)) == word


def test_names_are_the_standards():
    assert full_name("bizStep", "shipping") == "https://ref.gs1.org/cbv/BizStep-shipping"
    assert urn_name("disposition", "in_transit") == "urn:epcglobal:cbv:disp:in_transit"
    assert full_name("bizStep", "https://example.org/x") == "https://example.org/x"


def test_own_values_stay_and_unknown_words_are_refused():
    assert bare("bizStep", "https://example.org/x") == "https://example.org/x"
    for wrong in ("sending", "Shipping", "urn:epcglobal:cbv:disp:in_transit", "cbv:BizStep-sending", ""):
        with pytest.raises(VocabularyError):
            bare("bizStep", wrong)


def test_titles_are_words_people_use():
    assert title_for("departing", "Rotterdam") == "Left Rotterdam"
    assert title_for("urn:epcglobal:cbv:bizstep:receiving", "Madrid") == "Received in Madrid"
    assert title_for("shipping") == words_for("https://ref.gs1.org/cbv/BizStep-shipping") == "Shipped"
    assert title_for("https://example.org/bizstep/cold_storing", "Vigo {1}") == "Cold storing, Vigo {1}"
    assert words_for("sending") == "Sending"
    assert title_for(None, "Vigo") == "Seen in Vigo"
    assert title_for("urn:x:{y}", "Vigo") == "{y}, Vigo"


def test_every_step_has_words_and_a_pattern_for_a_place():
    for step in BIZ_STEPS:
        words, pattern = title_pattern(step)
        assert words
        assert pattern.count("{place}") == 1
