"""Labels to print: what comes out of the printer is decoded again."""

import re
from urllib.parse import unquote

import pytest

from tests.factories import LotFactory, OrganisationFactory, ProductFactory, member
from tests.reading import codes, drawn, width_mm, words
from traceapp.epcis.identifiers import check_digit
from traceapp.epcis.scanned import read
from traceapp.provenance import qr
from traceapp.provenance.label_layouts import LAYOUTS
from traceapp.provenance.labels import terminal_qr, url_of_path

pytestmark = pytest.mark.django_db
SSCC = "106141412345678908"


@pytest.fixture
def lot(settings):
    settings.PUBLIC_URL = "https://trace.example"
    return LotFactory(number="A/7", product=ProductFactory(name="Strawberries, 500 g"))


@pytest.fixture
def supplier(client, lot):
    client.force_login(member(lot.product.organisation))
    return client


def test_the_picture_holds_our_own_address_of_the_code(client, lot):
    path = f"/01/{lot.product.gtin}/10/A%2F7"

    svg = client.get(f"/labels{path}.svg", RAW_URI=f"/labels{path}.svg")
    png = client.get(f"/labels{path}.png", RAW_URI=f"/labels{path}.png")
    assert url_of_path(path) == f"https://trace.example{path}"
    assert svg["Content-Type"] == "image/svg+xml"
    assert svg.content.decode() == qr.svg(
        f"https://trace.example{path}", title=f"QR code of (01){lot.product.gtin} (10)A/7"
    )
    assert png.content == qr.png(f"https://trace.example{path}")


@pytest.mark.parametrize("path", ["/labels/01/09506000134353.svg", "/labels/01/09506000134352.gif"])
def test_no_picture_of_what_is_no_code(client, path):
    assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    ("layout", "size"), [*((layout, "target") for layout in LAYOUTS), ("a4-8", "least"), ("roll-50x30", "most")]
)
def test_every_label_of_every_paper_is_read_by_a_scanner(supplier, lot, layout, size):
    copies = LAYOUTS[layout].a_page + 1
    answer = supplier.get("/labels/goods.pdf", {"lot": lot.pk, "copies": copies, "layout": layout, "size": size})

    assert answer["Content-Type"] == "application/pdf"
    pages = list(drawn(answer.content))
    found = [one for page in pages for one in codes(page)]
    assert len(pages) == 2
    assert {one.text for one in found} == {f"https://trace.example/01/{lot.product.gtin}/10/A%2F7"}
    assert len(found) == copies
    assert {one.ec_level for one in found} <= {"M", "Q", "H"}
    assert words(answer.content).count(f"(01){lot.product.gtin}") == copies
    assert words(answer.content).count("(10)A/7") == copies


@pytest.mark.parametrize(("size", "module"), [("target", 0.495), ("least", 0.396), ("most", 0.990)])
def test_a_code_is_as_large_as_the_page_says(supplier, lot, size, module):
    asked = {"lot": lot.pk, "copies": 1, "layout": "roll-100x50", "size": size}
    page = supplier.get("/labels/", asked).content.decode()
    (code,) = codes(next(drawn(supplier.get("/labels/goods.pdf", asked).content)))

    modules = len(qr.matrix(f"https://trace.example/01/{lot.product.gtin}/10/A%2F7"))
    assert f"modules of {module:.3f} mm" in page
    assert width_mm(code) == pytest.approx((modules - 8) * module, abs=0.4)
    assert "GS1 asks for" not in page


def test_a_code_that_does_not_fit_is_printed_smaller_and_said_so(supplier, lot, settings):
    settings.PUBLIC_URL = f"https://{'a-rather-long-name' * 3}.example"
    long = LotFactory(number="A/B/C/D/E/F/G/H/I/J/", product=lot.product)
    page = supplier.get("/labels/", {"lot": long.pk, "layout": "a4-65"}).content.decode()

    assert "GS1 asks for 0.396 mm at least" in page
    pdf = supplier.get("/labels/goods.pdf", {"lot": long.pk, "layout": "a4-65", "copies": 1}).content
    assert read(codes(next(drawn(pdf)))[0].text).link.lot == "A/B/C/D/E/F/G/H/I/J/"


def test_a_name_in_another_script_prints_and_says_what_is_lost(supplier, lot):
    product = ProductFactory(organisation=lot.product.organisation, name="Čokoláda 草莓 <b>")
    made = LotFactory(product=product, number="X1")
    page = supplier.get("/labels/", {"lot": made.pk}).content.decode()

    assert "cannot be printed and are left out or replaced: 草莓 (" in page
    assert "<b>" not in page
    assert "Čokoláda ·· <b>" in words(supplier.get("/labels/goods.pdf", {"lot": made.pk, "copies": 1}).content)


@pytest.mark.parametrize("name", ["Φράουλες 500 g", "Клубника", "Dâu tây", "Łosoś wędzony"])
def test_names_of_neighbouring_scripts_print_as_they_are(supplier, lot, name):
    made = LotFactory(product=ProductFactory(organisation=lot.product.organisation, name=name), number="X1")
    assert "cannot be printed" not in supplier.get("/labels/", {"lot": made.pk}).content.decode()
    pdf = supplier.get("/labels/goods.pdf", {"lot": made.pk, "copies": 1}).content
    assert name in words(pdf).replace("\r\n", " ")
    assert codes(next(drawn(pdf)))


def test_a_thermal_printer_gets_the_same_code(supplier, lot):
    zpl = supplier.get("/labels/goods.zpl", {"lot": lot.pk, "copies": 3, "layout": "roll-50x30", "dpi": 203})
    text = zpl.content.decode()

    assert zpl["Content-Type"] == "application/zpl; charset=utf-8"
    assert text.count("^XA") == text.count("^XZ") == 3
    assert "^PW400^LL240" in text
    (data,) = set(re.findall(r"\^BQN,2,4\^FH_\^FDMA,(.*?)\^FS", text))
    assert (
        re.sub("_([0-9A-F]{2})", r"%\1", data.replace("%", "%25"))
        == f"https://trace.example/01/{lot.product.gtin}/10/A%252F7"
    )
    assert f"^FD(01){lot.product.gtin}^FS" in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"copies": "1000000"},
        {"copies": "0"},
        {"layout": "a3"},
        {"size": "x"},
        {"dpi": "1"},
        {"lot": "x"},
        {"lot": "9" * 40},
    ],
)
def test_odd_wishes_are_answered_on_the_page(supplier, lot, wrong):
    asked = {"lot": lot.pk, **wrong}
    assert supplier.get("/labels/", asked).status_code == 200
    answer = supplier.get("/labels/goods.pdf", asked)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/labels/?")


def test_only_our_own_lots_are_offered(client, lot):
    client.force_login(member(OrganisationFactory()))

    page = client.get("/labels/", {"lot": lot.pk}).content.decode()
    assert "A/7" not in page
    assert "You have no lots yet" in page
    assert client.get("/labels/goods.pdf", {"lot": lot.pk}).status_code == 302


def test_lots_are_found_by_number_name_and_gtin(supplier, lot):
    LotFactory(number="OTHER", product=ProductFactory(organisation=lot.product.organisation, name="Blueberries"))

    for search in ("A/7", "strawb", lot.product.gtin):
        page = supplier.get("/labels/", {"q": search}).content.decode()
        assert "Strawberries" in page
        assert "Blueberries" not in page


def test_nobody_is_asked_to_log_in(client):
    for path in ("/labels/", "/labels/goods.pdf", "/labels/pallets/", "/labels/pallets.zpl"):
        assert client.get(path).status_code == 302


def test_the_terminal_gets_the_code_as_text():
    assert "█" in terminal_qr("http://127.0.0.1:8000/01/09506000134352")


class TestPallets:
    @pytest.fixture
    def asked(self, lot):
        content = {"product": lot.product.pk, "count": 40, "lot": "A/7", "best_before": "2027-01-31", "weight": "512.5"}
        return {"sscc": SSCC, "size": "a6", "copies": 2, "dpi": 203, **content}

    @pytest.mark.parametrize("size", ["a6", "4x6", "a5"])
    def test_the_bar_codes_say_what_was_typed_the_sscc_lowest(self, supplier, lot, asked, size):
        pdf = supplier.get("/labels/pallets.pdf", asked | {"size": size}).content
        pages = list(drawn(pdf))
        assert len(pages) == 2
        found = codes(pages[0])
        assert {one.symbology_identifier for one in found} == {"]C1"}
        elements = [one for code in found for one in [*_elements(code.bytes.decode())]]
        gtin = lot.product.gtin
        assert sorted(elements) == [
            ("00", SSCC),
            ("02", gtin),
            ("10", "A/7"),
            ("15", "270131"),
            ("3303", "512500"),
            ("37", "40"),
        ]
        assert found[-1].bytes.decode() == f"00{SSCC}"
        assert width_mm(found[-1]) == pytest.approx(156 * 0.495, abs=0.5)
        for text in (f"(00){SSCC}", f"(02){gtin}", "Strawberries, 500 g", lot.product.organisation.name):
            assert text in words(pdf)

    def test_the_page_shows_each_bar_code_with_its_size(self, supplier, asked):
        page = supplier.get("/labels/pallets/", asked).content.decode()
        assert f"(00){SSCC}" in page
        assert "87.1 × 31.8 mm, modules of 0.495 mm" in page

    def test_a_lot_too_long_for_the_paper_is_said(self, supplier, asked):
        page = supplier.get("/labels/pallets/", asked | {"lot": "ABCDEFGHIJKLMNOPQRST"}).content.decode()
        assert "GS1 asks for 0.495 mm at least" in page
        wide = supplier.get("/labels/pallets/", asked | {"lot": "ABCDEFGHIJKLMNOPQ", "size": "a5"}).content.decode()
        assert "GS1 asks for" not in wide

    def test_zpl_spells_out_the_same_characters(self, supplier, lot, asked):
        text = supplier.get("/labels/pallets.zpl", asked).content.decode()
        bars = re.findall(r"\^BY4\^BCN,\d+,N,N,N,N\^FD(.*?)\^FS", text)
        data = [_spelled(bar) for bar in bars]
        elements = sorted(one for bar in data for one in _elements(bar))
        assert ("00", SSCC) in elements
        assert ("10", "A/7") in elements
        assert ("02", lot.product.gtin) in elements
        assert bars[-1] == f">;>800{SSCC}"
        assert "^PQ2^XZ" in text

    def test_a_check_digit_is_worked_out_and_checked(self, supplier, asked):
        assert SSCC in supplier.get("/labels/pallets/", asked | {"sscc": SSCC[:-1]}).content.decode()
        wrong = supplier.get("/labels/pallets/", asked | {"sscc": SSCC[:-1] + "1"}).content.decode()
        assert f"check digit should be {check_digit(SSCC[:-1])}" in wrong

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            ({"sscc": "abc"}, "18 digits are expected"),
            ({"sscc": ""}, "required"),
            ({"count": ""}, "Say how many"),
            ({"product": ""}, "Choose the product"),
            ({"product": "999999"}, "valid choice"),
            ({"lot": "a b"}, "is not a lot"),
            ({"best_before": "soon"}, "valid date"),
            ({"weight": "-1"}, "greater than or equal"),
            ({"weight": "1e99"}, "no more than|less than or equal|Enter a number"),
            ({"copies": "9999"}, "less than or equal"),
        ],
    )
    def test_what_is_wrong_stands_under_its_field(self, supplier, asked, wrong, why):
        page = supplier.get("/labels/pallets/", asked | wrong)
        assert page.status_code == 200
        assert re.search(why, page.content.decode())
        assert supplier.get("/labels/pallets.pdf", asked | wrong).status_code == 302

    def test_others_products_are_not_offered(self, client, asked):
        client.force_login(member(OrganisationFactory()))
        assert client.get("/labels/pallets.pdf", asked).status_code == 302

    def test_heavy_goods_lose_decimals_and_no_digits(self, supplier, asked):
        page = supplier.get("/labels/pallets/", asked | {"weight": "12500.75"}).content.decode()
        assert "(3301)125008" in page


def _elements(data: str) -> list[tuple[str, str]]:
    from traceapp.epcis.element_strings import read as elements

    assert read(f"]C1{data}") if data.startswith("00") else True
    return elements(data)


def _spelled(field: str) -> str:
    """Data of a `^BC` field, as a printer would encode it."""
    out, in_c, place = "", field.startswith(">;"), 2
    while place < len(field):
        two = field[place : place + 2]
        if two == ">8":
            out += "\x1d"
        elif two in (">5", ">6"):
            in_c = two == ">5"
        elif in_c:
            out += two
        else:
            out += field[place]
            place -= 1
        place += 2
    return unquote(out).lstrip("\x1d")
