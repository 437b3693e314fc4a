"""Files as they come from outside: good ones are read, hostile ones are refused with a clear message."""

import io
import zipfile

import pytest
import xlsxwriter

from lib.sheets import read
from lib.sheets.guard import MAX_ENTRIES, OLE
from lib.sheets.read import UnreadableFileError, read_workbook


def book(path, fill=lambda sheet: sheet.write(0, 0, "序号")):
    """A workbook with one sheet."""
    with xlsxwriter.Workbook(path) as made:
        fill(made.add_worksheet("表"))
    return path


def refused(path) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read_workbook(path)
    return str(caught.value)


@pytest.fixture(autouse=True)
def english():
    from django.utils import translation

    with translation.override("en"):
        yield


def test_cells_and_merges_keep_their_places(tmp_path):
    def fill(sheet):
        sheet.merge_range(2, 1, 4, 1, "合并")
        sheet.write(2, 2, 3)

    (sheet,) = read_workbook(book(tmp_path / "a.xlsx", fill))
    assert sheet.name == "表" and sheet.visible
    assert sheet.rows[2][1:3] == ["合并", 3]
    assert sheet.merges == [((2, 1), (4, 1))]


def test_a_stray_cell_far_outside_is_named(tmp_path):
    path = book(tmp_path / "a.xlsx", lambda sheet: (sheet.write(0, 0, 1), sheet.write("XFD1048576", 1)))
    assert "cell XFD1048576" in refused(path)


def test_a_sheet_with_too_many_columns_or_rows_is_named(tmp_path):
    assert "sheet “表” something stands in cell KN1" in refused(
        book(tmp_path / "a.xlsx", lambda sheet: sheet.write(0, 299, 1))
    )
    assert "cell A120001" in refused(book(tmp_path / "b.xlsx", lambda sheet: sheet.write(120_000, 0, 1)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00" + b"\0" * 200, "no Excel workbook"),
        (b"%PDF-1.7\n" + b"x" * 100, "another kind"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b"PK\x03\x04 broken", "damaged"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "another kind"),
        (OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "damaged"),
        (OLE + b"\0" * 600, "no Excel workbook"),
    ],
)
def test_foreign_files_are_refused_by_their_content(content, words, tmp_path):
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    assert words in refused(path)


def archive(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return path


def test_other_archives_are_refused(tmp_path):
    assert "no Excel workbook" in refused(archive(tmp_path / "a.xlsx", [("readme.txt", "x")]))
    assert "another kind" in refused(archive(tmp_path / "b.xlsx", [("word/document.xml", "x")]))
    assert "*.xlsb" in refused(archive(tmp_path / "d.xlsx", [("xl/workbook.bin", "x")]))
    assert "damaged" in refused(archive(tmp_path / "e.xlsx", [("xl/workbook.xml", "<workbook")]))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    zeros = b"\0" * (50 * 1024 * 1024)
    path = archive(tmp_path / "a.xlsx", [(f"xl/{number}.xml", zeros) for number in range(7)])
    assert path.stat().st_size < 1024 * 1024
    assert "too large when unpacked" in refused(path)
    many = [("xl/workbook.xml", "")] + [(f"x/{number}", "") for number in range(MAX_ENTRIES)]
    assert "too large when unpacked" in refused(archive(tmp_path / "b.xlsx", many))


def test_a_bomb_that_lies_about_its_size_dies_in_the_child(tmp_path, monkeypatch):
    """Entities that blow up, or a shared string table of gigabytes: the memory limit holds."""
    monkeypatch.setattr(read, "MEMORY_MB", 150)
    monkeypatch.setattr("lib.sheets.guard.MAX_UNPACKED_MB", 10_000)
    good = io.BytesIO()
    book(good)
    with zipfile.ZipFile(good) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts["xl/sharedStrings.xml"] = b"<sst><si><t>" + b"x" * 200_000_000 + b"</t></si></sst>"
    path = archive(tmp_path / "a.xlsx", parts.items())
    message = refused(path)
    assert "too much memory" in message or "damaged" in message


def test_reading_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "WALL_SECONDS", 0.001)
    assert "too long" in refused(book(tmp_path / "a.xlsx"))


def test_a_file_above_the_limit_is_refused_unread(tmp_path, settings):
    settings.UPLOAD_LIMIT_MB = 1
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 1024 * 1024)
    assert "larger than 1 MB" in refused(path)


def test_a_missing_file_is_said(tmp_path):
    assert "The file is not there." in refused(tmp_path / "none.xlsx")
