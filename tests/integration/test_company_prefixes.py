"""The list of company prefix lengths: taken in from a file, asked by whoever writes EPC URNs."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests.factories import OrganisationFactory
from traceapp.epcis.identifiers import check_digit
from traceapp.epcis.urn_writer import to_urn
from traceapp.masterdata import company_prefixes

pytestmark = pytest.mark.django_db
ITEM = "https://id.gs1.org/01/09506000134352/21/7"


@pytest.fixture(autouse=True)
def own_file(settings, tmp_path):
    settings.COMPANY_PREFIXES_PATH = tmp_path / "prefixes.json"


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("company_prefixes", *arguments, stdout=out)
    return out.getvalue()


def test_a_published_list_is_taken_in_and_used(tmp_path):
    file = tmp_path / "list.xml"
    file.write_text('<GCPPrefixFormatList date="2026-11-01"><entry prefix="9506" gcpLength="9"/></GCPPrefixFormatList>')

    assert "1 entries of 2026-11-01 are in use" in run("update", str(file))
    assert "2026-11-01" in run("show")
    assert run("urn", ITEM).splitlines() == [ITEM, "urn:epc:id:sgtin:950600013.0435.7"]
    assert run("urn", ITEM, "--length", "7").splitlines()[1] == "urn:epc:id:sgtin:9506000.013435.7"


def test_our_own_prefixes_are_known_without_any_list():
    OrganisationFactory(company_prefix="95060001")

    assert to_urn(ITEM, company_prefixes.length_of()) == "urn:epc:id:sgtin:95060001.03435.7"


def test_what_is_in_no_list_is_said():
    with pytest.raises(CommandError, match="length of its GS1 company prefix is not in the table"):
        run("urn", f"https://id.gs1.org/01/0201234567890{check_digit('0201234567890')}/21/7")  # within one company only


def test_a_broken_list_leaves_the_one_in_use(tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text('{"entry": [{"prefix": "9506", "gcpLength": 8}]}')
    bad.write_text('{"entry": [{"prefix": "9506", "gcpLength": 99}]}')
    run("update", str(good))

    with pytest.raises(CommandError, match=r"entry 1.*stays as it was"):
        run("update", str(bad))
    assert run("urn", ITEM).splitlines()[1] == "urn:epc:id:sgtin:95060001.03435.7"
