"""The top bar keeps to one line: what is over goes into its menu, and nothing is in both or in neither."""

import pytest

from traceapp.accounts.navigation import LINKS, SHOWN, current, split


@pytest.mark.parametrize("count", range(len(LINKS) + 1))
def test_each_link_is_in_the_bar_or_in_its_menu_and_no_menu_holds_one_link_only(count):
    bar, menu = split(list(LINKS[:count]))
    assert bar + menu == list(LINKS[:count])
    assert len(menu) != 1
    assert len(bar) <= SHOWN + 1


def test_a_page_lies_under_the_longest_path_that_it_begins_with():
    assert current(list(LINKS), "/sensors/new/") == "/sensors/"
    assert current(list(LINKS), "/") == "/"
    assert current(list(LINKS), "/unknown/") == ""
