"""Cells and columns of CSV files: read, or said what is wrong."""

import io
from datetime import date

import pytest

from traceapp.capture import cells
from traceapp.capture.cells import CellError
from traceapp.capture.csv_columns import CsvRefused, Row, RowError, open_text, rows
from traceapp.capture.naming import place_cell, product_cell

COLUMNS = {"date": ("date", "day"), "quantity": ("quantity", "Line Item Quantity")}


@pytest.mark.parametrize("text", ["2006-06-02", "2-Jun-06", "6/2/06", "6/2/2006", "2006/06/02"])
def test_a_day_is_read_however_the_files_write_it(text):
    assert cells.day("date", text) == date(2006, 6, 2)


@pytest.mark.parametrize("text", ["", "2006-02-30", "yesterday", "13/13/06", "2006"])
def test_what_is_no_day_is_said(text):
    with pytest.raises(CellError, match="is no date"):
        cells.day("date", text)


@pytest.mark.parametrize(
    ("text", "value"), [("3", 3), ("12.5", 12.5), ("1e3", 1000), ("0", 0), (".5", 0.5), ("2.0", 2)]
)
def test_numbers_are_read(text, value):
    read = cells.number("quantity", text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("text", ["", "many", "1,000", "nan", "inf", "-1", "1e300", "٣", "1_000", "0x10"])
def test_what_is_no_number_is_said(text):
    with pytest.raises(CellError):
        cells.number("quantity", text)


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("Yes", 1), ("", 0), ("false", 0), ("0.4", 0.4)])
def test_a_promotion_is_yes_no_or_a_share(text, value):
    assert cells.share("promotion", text) == value


def test_more_than_a_whole_promotion_is_none():
    with pytest.raises(CellError, match="0 or 1"):
        cells.share("promotion", "2")


def test_names_and_numbers_of_products_and_places():
    assert product_cell("product", "Penne rigate") == "Penne rigate"
    assert product_cell("product", "9506000134352") == "09506000134352"
    assert place_cell("place", "9506000134369") == "9506000134369"
    with pytest.raises(CellError, match="check digit should be 2"):
        product_cell("product", "9506000134353")
    with pytest.raises(CellError, match="at most 200"):
        product_cell("product", "x" * 201)


def read(text):
    return list(rows(io.StringIO(text, newline=""), COLUMNS, needed=("date", "quantity"), file="f.csv"))


def test_columns_may_stand_in_any_order_and_spelling_beside_others():
    assert read("note, LINE ITEM  quantity ,Day\nx,3,2006-06-02\n") == [Row(2, {"quantity": "3", "date": "2006-06-02"})]


def test_quoted_cells_may_span_lines_and_empty_lines_are_passed_over():
    assert read('date,quantity\n\n"a\nb",3\n')[0].cells["date"] == "a\nb"


def test_a_row_of_another_width_is_named():
    assert read("date,quantity\n1\n1,2,3\n") == [
        RowError(2, "", "This row has 1 columns, the header has 2."),
        RowError(3, "", "This row has 3 columns, the header has 2."),
    ]


def test_control_characters_are_named():
    assert "control characters" in read("date,quantity\n1,\x002\n")[0].why


def test_a_cell_without_end_does_not_end_the_programme():
    assert isinstance(read('date,quantity\n1,"' + "x" * 1_100_000)[0], RowError)


def test_a_column_twice_is_refused():
    with pytest.raises(CsvRefused, match="date is there twice"):
        read("date,day,quantity\n1,2,3\n")


def test_what_is_not_utf_8_is_read_as_windows_text_where_that_is_usual(tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes("date\nCôte".encode("cp1252"))
    assert open_text(path, latin=True).read() == "date\nCôte"
    with pytest.raises(CsvRefused, match="line 2 holds the byte 0xf4"):
        open_text(path, latin=False)
