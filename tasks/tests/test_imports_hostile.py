"""Files that would do harm: each gets a clear answer within seconds, in the user's language, and writes nothing."""

import contextlib
import datetime
import io
import re
import resource
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from django.utils import translation

from lib.sheets import read as reading
from lib.sheets.guard import MAX_UNPACKED_MB, OLE
from tasks.models import ImportBatch, Task

from .import_world import HEAD, build, row

SECONDS = 10
MEGABYTES = 256


@pytest.fixture
def plan(db):
    return build()[0]


def book(*rows, fill=None, options=None):
    """The parts of a workbook with a list, name → content."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, options or {}) as made:
        sheet = made.add_worksheet("任务")
        for number, cells in enumerate([HEAD, *(rows or [row()])]):
            sheet.write_row(number, 0, cells)
        if fill:
            fill(sheet, made)
    with zipfile.ZipFile(content) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def resident(*, anew=False):
    """The most megabytes that this process has held since it was asked `anew`, as the kernel keeps them."""
    if anew:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def worked():
    """Seconds of processor that this process and the children that it has waited for took."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def run(path, language="en"):
    """(exit status, what was said) of the command, within the time and the memory that a user's patience allows.

    The seconds are those of the processor, because the machine may be busy with other tests; that a child which
    sleeps is ended as well is tested where the clock is (lib/tests/test_sheets_read.py).
    """
    out, err = io.StringIO(), io.StringIO()
    before = resident(anew=True)
    begin = worked()
    try:
        with translation.override(language):
            call_command("import_tasks", str(path), "--year", "2017", "--json", "--dry-run", stdout=out, stderr=err)
        status = 0
    except SystemExit as end:
        status = end.code
    except CommandError as error:
        status, err = error.returncode, io.StringIO(str(error))
    assert worked() - begin < SECONDS
    assert resident() - before + reading.MEMORY_MB < MEGABYTES  # the child cannot have more than its limit
    assert not Task.objects.exists() and not ImportBatch.objects.exists()
    return status, err.getvalue()


def in_sheet(parts, old, new):
    name = "xl/worksheets/sheet1.xml"
    return parts | {name: parts[name].replace(old, new, 1)}


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"ha" * 100 + b'">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8)
) + b"]>"  # fmt: skip


def entities(path):
    parts = book()
    name = "xl/sharedStrings.xml"
    return packed(
        path, parts | {name: LAUGHS + re.sub(rb"<\?xml[^>]*>", b"", parts[name]).replace(b"</t>", b"&i;</t>", 1)}
    )


def external(path):
    document = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet'
    return packed(path, in_sheet(book(), b"<worksheet", document))


def truncated(path):
    packed(path, book())
    path.write_bytes(path.read_bytes()[:-400])
    return path


def encrypted(path):
    """What Excel makes of a workbook with a password: a container of another kind."""
    path.write_bytes(OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    return path


def bomb(path):
    """A third of a gigabyte of nothing in some hundred kilobytes."""
    piece = b"\0" * (1024 * 1024)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in book().items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet2.xml", "w") as part:
            for _number in range(MAX_UNPACKED_MB + 1):
                part.write(piece)
    return path


def broken_inside(path):
    """Whole as an archive, but the sheet ends in the middle of a row."""
    name = "xl/worksheets/sheet1.xml"
    parts = book(*(row(n) for n in range(1, 30)))
    return packed(path, parts | {name: parts[name][: len(parts[name]) // 2]})


def picture(path):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")))
    return path


def stray(path):
    return packed(path, book(fill=lambda sheet, _made: sheet.write("XFD1048576", "x")))


def tall_and_wide(path):
    """Two cells within the limits each, whose rectangle is not."""
    return packed(path, book(fill=lambda sheet, _made: (sheet.write("IU2", "x"), sheet.write("A100000", "x"))))


def many_columns(path):
    return packed(path, book(fill=lambda sheet, _made: sheet.write_row(0, 0, ["重点任务"] * 16_384)))


def enormous_texts(path):
    """Twelve thousand cells of four thousand characters: small when packed."""
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>' % (n, n, b"%06d" % n + b"x" * 4000)
        for n in range(10, 12_000)
    )
    return packed(path, in_sheet(book(), b"</sheetData>", cells + b"</sheetData>"))


def twice_the_same_part(path):
    parts = book()
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning):
        for name, content in [*parts.items(), ("xl/workbook.xml", b"<x/>")]:
            archive.writestr(name, content)
    return path


def repeated_in_an_ods(path):
    table = (
        '<office:document-content xmlns:office="urn:o" xmlns:table="urn:t" xmlns:text="urn:x"><office:body>'
        '<office:spreadsheet><table:table table:name="a"><table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>x</text:p>'
        "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    return packed(path, {"mimetype": mimetype, "content.xml": table, "META-INF/manifest.xml": "<x/>"})


def long_line(path):
    path.write_bytes(b'"' + b"x" * 3_000_000)
    return path


def noise(path):
    path.write_bytes("序号,重点任务\n".encode() + bytes(range(128, 256)) * 50)
    return path


REFUSED = {
    "bomb": (bomb, "far too large when unpacked"),
    "encrypted": (encrypted, "protected by a password"),
    "entities": (entities, "declares entities"),
    "external entity": (external, "declares entities"),
    "truncated": (truncated, "damaged"),
    "broken markup": (broken_inside, "damaged"),
    "picture": (picture, "picture"),
    "stray cell": (stray, "cell XFD1048576"),
    "tall and wide": (tall_and_wide, "cell A100000"),
    "sixteen thousand columns": (many_columns, "columns are read"),
    "enormous texts": (enormous_texts, "too much memory"),
    "the same part twice": (twice_the_same_part, "damaged"),
    "repeated cells": (repeated_in_an_ods, "at most"),
    "one endless field": (long_line, "damaged"),
    "unknown encoding": (noise, "encoding"),
}

HEAVY = {"bomb", "enormous texts"}  # read once only


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_reason_and_a_remedy_in_either_language(plan, tmp_path, name):
    make, words = REFUSED[name]
    path = make(tmp_path / "a.xlsx")
    status, said = run(path)
    assert status == 2 and words in said
    if name in HEAVY:
        return
    status, said = run(path, "zh-hans")
    assert status == 2 and re.search("[\u4e00-\u9fff]{6}", said) and words not in said.replace(path.name, "")


def test_a_million_formatted_blank_rows_are_passed_over(plan, tmp_path):
    blank = b"".join(
        b'<row r="%d" s="1" customFormat="1"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 1_048_577)
    )
    path = packed(tmp_path / "a.xlsx", in_sheet(book(), b"</sheetData>", blank + b"</sheetData>"))
    status, said = run(path)
    assert (status, "read 1 rows" in said) == (0, True)


def test_sixteen_thousand_formatted_blank_columns_are_passed_over(plan, tmp_path):
    def fill(sheet, made):
        edge = made.add_format({"border": 1})
        for column in range(9, 16_384):
            sheet.write_blank(1, column, None, edge)

    assert run(packed(tmp_path / "a.xlsx", book(fill=fill)))[0] == 0


def test_a_workbook_with_macros_is_read_and_nothing_in_it_runs(plan, tmp_path):
    parts = book() | {"xl/vbaProject.bin": b"\0" * 100, "xl/embeddings/inner.xlsx": b"PK\x03\x04 never opened"}
    assert run(packed(tmp_path / "a.xlsm", parts))[0] == 0


def faults_of(plan, path):
    from tasks.imports.resource import TaskListFormat, judge

    staged = judge(plan, TaskListFormat(plan).create_dataset(path)).staged
    return [[(error["code"], error["value"]) for error in one.errors] for one in staged], staged


def test_errors_and_formulas_without_a_result_are_named_at_their_cell(plan, tmp_path):
    def fill(sheet, _made):
        sheet.write_formula("D2", "=Z1", None, "#REF!")
        sheet.write_formula("D3", "=1/0", None, "#DIV/0!")
        sheet.write_formula("D4", "=450", None, "unsaved")
        sheet.write_formula("D5", "=450", None, 450)

    parts = book(*(row(n) for n in range(1, 5)), fill=fill)
    path = packed(tmp_path / "a.xlsx", in_sheet(parts, b' t="str"><f>450</f><v>unsaved</v>', b"><f>450</f><v></v>"))
    found, staged = faults_of(plan, path)
    assert found == [[("cell_broken", "#REF!")], [("cell_broken", "#DIV/0!")], [("formula_unsaved", "=")], []]
    assert staged[3].values["target"] == {"value": 450, "unit": "家"}
    status, said = run(path)
    assert status == 1 and "#REF!" in said and "was not saved" in said


def test_dates_of_the_other_calendar_and_impossible_ones(plan, tmp_path):
    def fill(sheet, made):
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_datetime("H2", datetime.datetime(2017, 6, 30), day)
        for line, serial in ((3, 60), (4, -5), (5, 1e9), (6, 0), (7, 1e308)):
            sheet.write_number(f"H{line}", serial, day)

    for options in ({}, {"date_1904": True}):
        path = packed(tmp_path / "a.xlsx", book(*(row(n) for n in range(1, 7)), fill=fill, options=options))
        found, staged = faults_of(plan, path)
        assert staged[0].values["deadline"]["due_on"] == "2017-06-30"
        assert [[code for code, _value in errors] for errors in found] == [[]] + [["date_invalid"]] * 5


def test_control_and_invisible_characters_are_dropped(plan, tmp_path):
    title = "甲\x01\u200b乙\u202e丙\ufeff_x0007_丁\u2028戊"
    path = packed(tmp_path / "a.xlsx", book(row(title=title, lead="市\u200b安监局\u2060")))
    found, staged = faults_of(plan, path)
    assert found == [[]]
    assert (staged[0].values["title"], staged[0].values["lead"]) == ("甲乙丙丁戊", ["青岛市安全生产监督管理局"])


def test_forty_thousand_characters_in_a_cell_are_refused_at_that_cell(plan, tmp_path):
    path = tmp_path / "a.csv"
    lines = [
        HEAD,
        *(
            row(n, title="长" * 40_000 if n == 2 else f"任务{n}", note="记" * 40_000 if n == 3 else "")
            for n in (1, 2, 3)
        ),
    ]
    path.write_text("\n".join(",".join(str(cell) for cell in line) for line in lines), encoding="utf-8")
    found, _staged = faults_of(plan, path)
    assert [[code for code, _value in errors] for errors in found] == [[], ["title_too_long"], ["text_too_long"]]


def test_a_formula_in_a_text_file_stays_text(plan, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("序号,工作要点,重点任务,牵头单位\n1,一,=HYPERLINK(1),市安监局\n", encoding="utf-8")
    _found, staged = faults_of(plan, path)
    assert staged[0].values["title"] == "=HYPERLINK(1)"
