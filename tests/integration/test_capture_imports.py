"""Importing CSV files: good rows go in once, bad rows are named with line and column."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from tests.capture_documents import document, shipping
from tests.factories import OrganisationFactory, ProductFactory, member
from traceapp.accounts.models import Organisation
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Visibility
from traceapp.capture import import_files
from traceapp.capture.models import Event, ImportFile
from traceapp.commitments.disclosures import assemble, unpack
from traceapp.ledger.models import Record
from traceapp.masterdata.models import Location, Product

pytestmark = pytest.mark.django_db

SALES = """date,product,place,quantity,promotion
2014-01-02,Spaghetti,Shop one,101,1
2014-01-03,Spaghetti,Shop one,136,0
2014-01-03,Penne,Shop one,12.5,
"""
PUBLISHED = (
    "ID,Project Code,PQ #,PO / SO #,ASN/DN #,Country,Managed By,Fulfill Via,Vendor INCO Term,Shipment Mode,"
    "PQ First Sent to Client Date,PO Sent to Vendor Date,Scheduled Delivery Date,Delivered to Client Date,"
    "Delivery Recorded Date,Product Group,Sub Classification,Vendor,Item Description,Molecule/Test Type,Brand,Dosage,"
    "Dosage Form,Unit of Measure (Per Pack),Line Item Quantity,Line Item Value,Pack Price,Unit Price,"
    "Manufacturing Site,First Line Designation,Weight (Kilograms),Freight Cost (USD),Line Item Insurance (USD)\n"
    "1,100-CI-T01,Pre-PQ Process,SCMS-4,ASN-8,Côte d'Ivoire,PMO - US,Direct Drop,EXW,Air,Pre-PQ Process,"
    "Date Not Captured,2-Jun-06,2-Jun-06,2-Jun-06,HRDT,HIV test,RANBAXY Fine Chemicals LTD.,"
    '"HIV, Reveal G3 Rapid HIV-1 Antibody Test, 30 Tests","HIV, Reveal G3 Rapid HIV-1 Antibody Test",Reveal,,Test kit,'
    "30,19,551,29,0.97,Ranbaxy Fine Chemicals LTD,Yes,13,780.34,\n"
    "2,108-VN-T01,PQ-1,SCMS-13,ASN-85,Vietnam,PMO - US,From RDC,N/A - From RDC,Air,10/22/06,N/A - From RDC,14-Nov-06,"
    "14-Nov-06,20-Nov-06,ARV,Pediatric,Aurobindo Pharma Limited,Nevirapine,Nevirapine,Generic,10mg/ml,Oral suspension,"
    '240,1000,6200,6.2,0.03,"Aurobindo Unit III, India",Yes,See ASN-93 (ID#:1281),Freight Included in Commodity Cost,7\n'
)
CLEANED = (
    "id,project,po,asn,country,managed_by,fulfill_via,incoterm,mode,pq_sent,po_sent,scheduled,delivered,recorded,"
    "product_group,sub_class,vendor,molecule,brand,dosage,dosage_form,units_per_pack,quantity,value_usd,pack_price,site,"
    "first_line,weight_kg_posthoc,freight_usd_posthoc,insurance_usd,delay_days\n"
    "1,100-CI-T01,SCMS-4,ASN-8,Côte d'Ivoire,PMO - US,Direct Drop,EXW,Air,,,2006-06-02,2006-06-02,2006-06-02,HRDT,"
    'HIV test,RANBAXY Fine Chemicals LTD.,"HIV, Reveal G3 Rapid HIV-1 Antibody Test",Reveal,,Test kit,30,19,551.0,29.0,'
    "Ranbaxy Fine Chemicals LTD,Yes,13,780.34,,0\n"
)


@pytest.fixture
def shop():
    return OrganisationFactory(name="Mercado Sol", company_prefix="9506123")


def command(name, path, **options):
    out, err = io.StringIO(), io.StringIO()
    call_command(name, str(path), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def write(folder, text, name="sales.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def bodies():
    return [assemble(unpack(bytes(one.disclosures))) for one in Record.objects.order_by("pk")]


# --- sales ---


def test_each_sale_is_an_event_of_the_shop(shop, tmp_path):
    out, _ = command("import_sales", write(tmp_path, SALES))
    assert "3 rows read: 3 events stored" in out
    event = bodies()[0]["event"]
    product, place = Product.objects.get(name="Spaghetti"), Location.objects.get(name="Shop one")
    assert event["bizStep"] == "retail_selling"
    assert event["eventTime"] == "2014-01-02T00:00:00.000Z"
    assert event["quantityList"] == [{"epcClass": f"https://id.gs1.org/01/{product.gtin}", "quantity": 101}]
    assert event["bizLocation"] == {"id": f"https://id.gs1.org/414/{place.gln}"}
    assert (event["traceapp:promotion"], event["traceapp:period"]) == (1, "day")
    assert bodies()[0]["context"]["traceapp"] == "https://traceapp.example/voc/"
    assert Record.objects.first().visibility == Visibility.PRIVATE


def test_plain_names_are_numbered_under_the_own_prefix(shop, tmp_path):
    command("import_sales", write(tmp_path, SALES))
    assert all(one.gtin.startswith("09506123") and one.registered_by_name for one in Product.objects.all())
    assert Location.objects.get().gln.startswith("9506123")


def test_a_gtin_or_gln_is_taken_as_it_is(shop, tmp_path):
    command("import_sales", write(tmp_path, "date,product,place,quantity\n2014-01-02,9506000134352,9506000134369,3\n"))
    event = bodies()[0]["event"]
    assert event["quantityList"][0]["epcClass"] == "https://id.gs1.org/01/09506000134352"
    assert event["bizLocation"]["id"] == "https://id.gs1.org/414/9506000134369"
    assert not Product.objects.exists()


def test_the_same_file_again_stores_nothing(shop, tmp_path):
    path = write(tmp_path, SALES)
    command("import_sales", path)
    out, _ = command("import_sales", path)
    assert "0 events stored and queued for the ledger, 3 stored before" in out
    assert Record.objects.count() == 3
    assert Product.objects.count() == 2


def test_a_longer_file_stores_the_new_rows_only(shop, tmp_path):
    command("import_sales", write(tmp_path, SALES))
    command("import_sales", write(tmp_path, SALES.replace("date,", "date,", 1) + "2014-01-04,Penne,Shop one,7,0\n"))
    assert Record.objects.count() == 4


def test_two_rows_alike_in_one_file_are_two_sales(shop, tmp_path):
    row = "2014-01-02,Spaghetti,Shop one,3,0\n"
    command("import_sales", write(tmp_path, "date,product,place,quantity,promotion\n" + row + row))
    assert Record.objects.count() == 2


def test_a_row_that_says_something_else_than_before_is_named(shop, tmp_path):
    command("import_sales", write(tmp_path, SALES))
    out, err = command("import_sales", write(tmp_path, SALES.replace("136", "137")))
    assert "line 3" in err
    assert "imported before with other values" in err
    assert "1 bad rows" in out
    assert Record.objects.count() == 3


def test_months_may_be_named_by_month(shop, tmp_path):
    command("import_sales", write(tmp_path, "date,product,place,quantity\n2005-06,TH3,Clinic,12\n"), every="month")
    event = bodies()[0]["event"]
    assert (event["eventTime"], event["traceapp:period"]) == ("2005-06-01T00:00:00.000Z", "month")


def test_bad_rows_among_good_ones_are_named_and_left_out(shop, tmp_path):
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    bad = (
        SALES
        + "2014-13-02,Penne,Shop one,1,0\n2014-01-02,Penne,Shop one,many,0\n2014-01-02,,Shop one,1,0\n"
        + "2014-01-02,9506000134353,Shop one,1,0\n2014-01-02,Penne,Shop one,-1,0\n2014-01-02,Penne\n"
        + f"{tomorrow},Penne,Shop one,1,0\n2014-01-02,Penne,Shop one,1,maybe\n2014-01-09,Penne,Shop one,5,yes\n"
    )
    out, err = command("import_sales", write(tmp_path, bad))
    for words in (
        "line 5, date: '2014-13-02' is no date",
        "line 6, quantity: 'many' is no number",
        "line 7, product: This cell is empty",
        "line 8, product: GTIN",
        "check digit should be",
        "line 9, quantity: '-1' is below zero",
        "line 10: This row has 2 columns",
        "line 11, date:",
        "line 12, promotion",
    ):
        assert words in err, words
    assert "12 rows read: 4 events stored" in out
    assert Record.objects.count() == 4


def test_strict_stores_nothing_if_a_row_is_bad(shop, tmp_path):
    with pytest.raises(CommandError, match="1 of 4 rows are bad"):
        command("import_sales", write(tmp_path, SALES + "x,Penne,Shop one,1,0\n"), strict=True)
    assert Record.objects.count() == 0


def test_a_wrong_header_is_refused_naming_what_is_expected_and_found(shop, tmp_path):
    with pytest.raises(CommandError) as error:
        command("import_sales", write(tmp_path, "tag,article,shop,pieces\n1,2,3,4\n"))
    said = str(error.value)
    assert "date is missing" in said
    assert "Expected: date, product, place, quantity, promotion" in said
    assert "Found: tag, article, shop, pieces" in said


@pytest.mark.parametrize("text", ["", "\n", "date,product,place,quantity,date\n"])
def test_a_file_without_a_proper_header_is_refused(shop, tmp_path, text):
    with pytest.raises(CommandError, match="wrong header"):
        command("import_sales", write(tmp_path, text))


def test_a_file_that_is_not_utf_8_is_refused_with_the_line(shop, tmp_path):
    with pytest.raises(CommandError, match="line 2 holds the byte 0xe4"):
        command("import_sales", write(tmp_path, SALES.replace("Spaghetti", "Spätzle"), encoding="latin-1"))


def test_a_file_that_is_not_there_is_refused(shop, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        command("import_sales", tmp_path / "none.csv")


def test_excel_files_with_a_mark_and_semicolons_are_read(shop, tmp_path):
    command("import_sales", write(tmp_path, "\ufeff" + SALES.replace(",", ";")))
    assert Record.objects.count() == 3


def test_an_organisation_is_found_by_name_or_party_gln(shop, tmp_path):
    OrganisationFactory()
    path = write(tmp_path, SALES)
    command("import_sales", path, organisation=shop.pgln)
    command("import_sales", path, organisation="mercado sol")
    assert set(Record.objects.values_list("organisation", flat=True)) == {shop.pk}


def test_an_unknown_organisation_is_refused_naming_those_there_are(shop, tmp_path):
    with pytest.raises(CommandError, match=f"no organisation 'Nobody'. Known: Mercado Sol \\({shop.pgln}\\)"):
        command("import_sales", write(tmp_path, SALES), organisation="Nobody")


def test_without_an_organisation_one_is_made_for_imported_data(tmp_path):
    path = write(tmp_path, SALES)
    command("import_sales", path)
    command("import_sales", path)
    assert Organisation.objects.get().name == "Imported data"
    assert Record.objects.count() == 3


def test_an_organisation_without_a_prefix_cannot_number_names(tmp_path):
    OrganisationFactory(company_prefix="")
    with pytest.raises(CommandError, match="no GS1 company prefix"):
        command("import_sales", write(tmp_path, SALES))
    assert Record.objects.count() == 0


def test_a_prefix_without_room_is_said(tmp_path):
    OrganisationFactory(company_prefix="950612345678")
    with pytest.raises(CommandError, match="no 2 numbers left"):
        command("import_sales", write(tmp_path, SALES))


def test_numbers_taken_by_others_are_not_given_again(shop, tmp_path):
    ProductFactory(gtin="09506123000016")
    command("import_sales", write(tmp_path, SALES))
    assert Product.objects.count() == 3


# --- deliveries ---


def test_the_published_layout_makes_a_plan_and_an_outcome(shop, tmp_path):
    out, err = command("import_deliveries", write(tmp_path, PUBLISHED, encoding="latin-1"))
    assert "2 rows read: 4 events" in out, err
    shipping_event, receiving, later, _ = (body["event"] for body in bodies())
    assert (shipping_event["bizStep"], receiving["bizStep"]) == ("shipping", "receiving")
    assert shipping_event["eventTime"] == "2006-06-02T00:00:00.000Z"
    assert "traceapp:planDate" not in shipping_event
    assert shipping_event["traceapp:plannedDelivery"] == "2006-06-02T00:00:00.000Z"
    assert shipping_event["traceapp:country"] == "Côte d'Ivoire"
    assert shipping_event["traceapp:vendor"] == "RANBAXY Fine Chemicals LTD."
    assert later["eventTime"] == later["traceapp:planDate"] == "2006-10-22T00:00:00.000Z"
    assert receiving["traceapp:recorded"] == "2006-06-02T00:00:00.000Z"
    assert shipping_event["traceapp:deliveryId"] == receiving["traceapp:deliveryId"] == "1"


def test_what_only_showed_afterwards_is_not_in_the_plan(shop, tmp_path):
    command("import_deliveries", write(tmp_path, PUBLISHED))
    plan, outcome, _, noted = (body["event"] for body in bodies())
    for name in ("weight", "freight", "recorded", "insurance"):
        assert not any(name in member for member in plan)
    assert (outcome["traceapp:weight"], outcome["traceapp:freight"]) == (13, 780.34)
    assert noted["traceapp:weightNote"] == "See ASN-93 (ID#:1281)"
    assert noted["traceapp:insurance"] == 7


def test_both_layouts_give_one_event_for_one_delivery(shop, tmp_path):
    command("import_deliveries", write(tmp_path, CLEANED, "cleaned.csv"))
    ids = set(Event.objects.values_list("event_id", flat=True))
    command("import_deliveries", write(tmp_path, PUBLISHED.splitlines()[0] + "\n", "empty.csv"))
    assert len(ids) == 2
    assert set(Event.objects.values_list("event_id", flat=True)) == ids


def test_a_delivery_that_is_still_to_come_is_a_plan_only(shop, tmp_path):
    text = CLEANED.replace(",,,2006-06-02,2006-06-02,2006-06-02,", ",,2006-05-01,2006-06-02,,,")
    command("import_deliveries", write(tmp_path, text))
    assert [body["event"]["bizStep"] for body in bodies()] == ["shipping"]
    command("import_deliveries", write(tmp_path, text.replace("2006-06-02,,,", "2006-06-02,2006-06-09,2006-06-10,")))
    assert [body["event"]["bizStep"] for body in bodies()] == ["shipping", "receiving"]


def test_a_delivery_file_with_a_wrong_header_is_refused(shop, tmp_path):
    with pytest.raises(CommandError, match=r"wrong header: .* is missing"):
        command("import_deliveries", write(tmp_path, SALES))


# --- the page ---


@pytest.fixture
def browser(client, shop, data_dir):
    client.force_login(member(shop, Role.SUPPLIER))
    return client


def drop(browser, text, name="sales.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return browser.post("/capture/import/", {"file": SimpleUploadedFile(name, data), "every": "day"})


def test_a_dropped_csv_is_shown_with_errors_at_the_cell_and_its_good_rows_taken(browser):
    answer = drop(browser, SALES + "2014-01-02,Penne,Shop one,many,0\n")
    assert answer.status_code == 302
    page = browser.get(answer["Location"]).content.decode()
    assert "Take the 3 good rows" in page
    assert "&#x27;many&#x27; is no number" in page
    assert Record.objects.count() == 0
    done = browser.post(answer["Location"], follow=True).content.decode()
    assert Record.objects.count() == 3
    assert "is no number" in done
    assert not import_files.path_of(ImportFile.objects.get()).exists()
    browser.post(answer["Location"])
    assert Record.objects.count() == 3


def test_a_long_file_is_taken_in_slice_by_slice(browser, monkeypatch):
    monkeypatch.setattr(import_files, "SLICE", 0.0001)
    rows = "".join(f"2014-01-02,P{n},Shop one,{n},0\n" for n in range(2500))
    where = drop(browser, "date,product,place,quantity,promotion\n" + rows)["Location"]
    counts = []
    for _ in range(3):
        browser.post(where)
        counts.append(Record.objects.count())
    assert counts == [1000, 2000, 2500]
    assert ImportFile.objects.get().finished


def test_a_dropped_document_is_taken_in_whole(browser):
    answer = drop(browser, document(shipping(), shipping(lot="B")), "events.jsonld")
    page = browser.get(answer["Location"]).content.decode()
    assert Record.objects.count() == 2
    assert "Shipped" in page
    assert browser.get(f"{answer['Location']}receipt/")["Content-Type"] == "application/jose"


def test_a_bad_document_is_shown_with_the_places(browser):
    answer = drop(browser, document(shipping(gtin="09506000134353")), "events.json")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "eventList[0].quantityList[0].epcClass" in page
    assert Record.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "Expected: date, product"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not"),
        ("id,vendor\n1,2\n", "Expected: id"),
        (b" " * 6_000_000 + b"{}", "is no CSV"),
        (b"{" + b" " * 6_000_000 + b"}", "at most"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_in_words(browser, text, words):
    answer = drop(browser, text, "what.csv")
    assert answer.status_code == 200
    assert words in answer.context["form"].errors["file"][0]
    assert not ImportFile.objects.exists()


def test_others_do_not_see_a_dropped_file(browser, client):
    where = drop(browser, SALES)["Location"]
    client.force_login(member(OrganisationFactory(), Role.SUPPLIER))
    assert client.get(where).status_code == client.post(where).status_code == 404


def test_a_file_that_is_gone_is_said(browser):
    where = drop(browser, SALES)["Location"]
    import_files.path_of(ImportFile.objects.get()).unlink()
    assert "no longer here" in browser.get(where).content.decode()
    assert "cannot be read" in browser.post(where).content.decode()


def test_nothing_chosen_is_said(browser):
    assert "Choose a file" in browser.post("/capture/import/", {}).content.decode()
