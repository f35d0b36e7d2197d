"""What strangers read is complete in every language it offers: the scan page, the check in it, and links to proofs."""

import gettext
import re
from pathlib import Path

import pytest
from django.utils import translation

from traceapp.epcis.cbv import BIZ_STEPS
from traceapp.provenance.words import title

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "traceapp" / "locale"
LANGUAGES = ("de", "es", "ar")
NOT_FOR_CONSUMERS = {"labels.html", "links.html", "link_form.html", "_tabs.html", "pallets.html", "items.html"} | {
    *("link_views.py", "link_forms.py", "label_forms.py", "number_views.py"),
}
BESIDE = (
    *(
        "proofs/check.html",
        "proofs/pin.html",
        "proofs/shared.html",
        "proofs/fields.html",
        "proofs/closed.html",
    ),
    *("components/not_proven.html", "components/foot.html", "components/language.html"),
)
CODE = ("provenance/*.py", "proofs/check_words.py", "proofs/disclosed.py", "proofs/links.py")
QUOTED = r"(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)')"
IN_TEMPLATES = re.compile(rf"{{%\s*translate\s+{QUOTED}|\b_\({QUOTED}\)")
IN_CODE = re.compile(r"\b(?:_|gettext_lazy)\(\s*\"((?:[^\"\\]|\\.)*)\"\s*\)")
BLOCKS = re.compile(r"{%\s*blocktranslate[^%]*%}(.*?){%\s*(?:plural|endblocktranslate)", re.DOTALL)


def _catalogue(language):
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


def _sentences():
    """Every text that the scan page marks for translation."""
    pages = [*(ROOT / "templates" / "provenance").glob("*.html"), *(ROOT / "templates" / one for one in BESIDE)]
    for path in sorted(one for one in pages if one.name not in NOT_FOR_CONSUMERS):
        text = path.read_text()
        yield from ("".join(found) for found in IN_TEMPLATES.findall(text))
        yield from (re.sub(r"{{ (\w+) }}", r"%(\1)s", found.strip()) for found in BLOCKS.findall(text))
    for path in sorted(one for pattern in CODE for one in (ROOT / "traceapp").glob(pattern)):
        if path.name not in NOT_FOR_CONSUMERS:
            yield from IN_CODE.findall(path.read_text())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_page_is_translated(language):
    catalogue = _catalogue(language)
    known = {key if isinstance(key, str) else key[0] for key, value in catalogue.items() if value}

    sentences = set(_sentences())
    assert len(sentences) > 70
    assert sentences - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_a_title_with_and_without_its_place(language):
    with translation.override("en"):
        english = {step: (title(step), title(step, "Lyon")) for step in BIZ_STEPS}
    with translation.override(language):
        for step, (alone, with_place) in english.items():
            assert title(step) != alone
            assert title(step, "Lyon") != with_place
            assert "Lyon" in title(step, "Lyon")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_is_filled_in_by_every_translation(language):
    for key, value in _catalogue(language).items():
        english = key if isinstance(key, str) else key[0]
        wanted = set(re.findall(r"%\(\w+\)s|{\w+}", english))
        found = set(re.findall(r"%\(\w+\)s|{\w+}", value))
        # A plural form may say the number as a word.
        assert found == wanted or (isinstance(key, tuple) and found <= wanted | {"%(total)s"}), english


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_one_written(language):
    written = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text()
    texts = set(re.findall(r'^msgstr(?:\[\d\])? "(.+)"$', written, re.MULTILINE))

    compiled = {value.replace('"', '\\"') for key, value in _catalogue(language).items() if key}
    assert compiled == texts
