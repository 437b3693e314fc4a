"""The documents, opened again and compared with the figures, cell by cell."""

import datetime
import io
import zipfile

import docx
import pypdf
import pytest
from django.urls import reverse
from django.utils import timezone, translation
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook

from reports.actions.compile import compile_quarter
from reports.documents import fonts
from reports.documents.content import content_of
from reports.documents.store import document
from reports.figures import on_time_rate
from reports.models import QuarterlyReport, ReportDocument
from reports.quarters import Quarter
from tests import factories

AT = timezone.make_aware(datetime.datetime(2017, 7, 5, 9))
HOSTILE = (
    '=HYPERLINK("http://x","y") #set page(width: 1pt) <script>alert(1)</script> '
    '$x$ _a_ *b* @c \\ {{ 7*7 }} {% if %} & "'
)


@pytest.fixture
def whole(city, cast, plan):
    """A unit's report and the city's, with awkward words in them."""
    for number, unit in enumerate((city.jiaozhou, city.jiaozhou, city.pingdu, city.safety)):
        title = f"排查治理{number}" if number else HOSTILE[:60]
        asked = {"title": title, "target": 1200 + number, "unit": "家", "due_on": datetime.date(2017, 6, 10 + number)}
        task = factories.task(plan, point=1 + 5 * (number % 2), lead=unit, **asked)
        factories.assignment(task, unit)
    compile_quarter(plan=plan, quarter=Quarter(2017, 2), by=None, at=AT, today=factories.TODAY)
    QuarterlyReport.objects.update(narrative={"1": f"第一段{HOSTILE}\n第二段", "6": "已排查。"}, problems=HOSTILE)
    mine = QuarterlyReport.objects.for_page().get(organization=city.jiaozhou)
    return mine, QuarterlyReport.objects.for_page().get(organization=city.commission)


def expected_table(figures, span, keys):
    rows = [[f"{point['number']}", *(str(point[span][key]) for key in keys)] for point in figures["points"]]
    return [*rows, ["合计", *(str(figures[span][key]) for key in keys)]]


def test_word_says_what_the_figures_say(whole):
    for report in whole:
        found = docx.Document(io.BytesIO(document(report, "docx", at=AT)))
        content = content_of(report)
        texts = [paragraph.text for paragraph in found.paragraphs]
        for section in content.sections:
            assert section.heading in texts
            assert all(text in texts for text in section.paragraphs)
        assert texts[1:3] == content.title  # after the line that says it is a draft
        assert content.number in texts
        assert [content.unit, content.note] == [text for text in texts if text in (content.unit, content.note)][-2:]
        tables = [table for section in content.sections for table in section.tables]
        assert len(found.tables) == len(tables)
        for made, want in zip(found.tables, tables, strict=True):
            assert [[cell.text for cell in row.cells] for row in made.rows] == [want.heads, *want.rows]
            whole_width, parts = sum(column.width for column in made.columns), sum(want.widths)
            for column, part in zip(made.columns, want.widths, strict=True):
                assert abs(column.width / whole_width - part / parts) < 0.01
                assert column.cells[0].width == column.width
            assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in made.rows)
        keys = ("due", "done", "late", "waiting", "over", "extended")
        numbers = [[row[0].split(" ")[0], *row[1:-1]] for row in tables[0].rows]
        want = expected_table(report.figures, "quarter", keys)
        chinese = dict(zip("一六", "16", strict=True))
        assert [[chinese.get(row[0], row[0]), *row[1:]] for row in numbers] == want
        footer = found.sections[0].footer._element.xml
        assert "PAGE" in footer
        assert "w:fldChar" in footer


def test_word_carries_no_field_or_link_that_a_user_typed(whole):
    octets = document(whole[0], "docx", at=AT)
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        body = archive.read("word/document.xml").decode()
        assert "w:hyperlink" not in body
        assert "w:instrText" not in body
        assert "&lt;script&gt;" in body
        assert not any("vbaProject" in name for name in archive.namelist())


def test_pdf_embeds_a_chinese_font_and_holds_the_text(whole):
    for report in whole:
        reader = pypdf.PdfReader(io.BytesIO(document(report, "pdf", at=AT)))
        text = "".join(page.extract_text() for page in reader.pages)
        plain = "".join(text.split())
        content = content_of(report)
        for section in content.sections:
            assert "".join(section.heading.split()) in plain, section.heading
        assert "".join(content.unit.split()) in plain
        assert "第一段=HYPERLINK" in plain
        assert "<script>alert(1)</script>" in plain
        for page in reader.pages:
            for font in page["/Resources"]["/Font"].values():
                below = font.get_object()["/DescendantFonts"][0].get_object()
                assert {"/FontFile2", "/FontFile3"} & set(below["/FontDescriptor"].get_object())
        assert "—1—" in plain
        assert reader.metadata.title == "".join(content.title)


def test_excel_holds_numbers_and_no_formula(whole):
    for report in whole:
        octets = document(report, "xlsx", at=AT)
        book = CalamineWorkbook.from_filelike(io.BytesIO(octets))
        quarter, total = (book.get_sheet_by_index(index).to_python() for index in (0, 1))
        figures = report.figures
        for sheet, span, keys in (
            (quarter, "quarter", ("due", "done", "late", "waiting", "over", "extended")),
            (total, "total", ("total", "due", "done", "late", "waiting", "over", "ahead", "running", "extended")),
        ):
            rows = sheet[3:]
            assert len(rows) == len(figures["points"]) + 1
            for row, counts in zip(rows, [*(p[span] for p in figures["points"]), figures[span]], strict=True):
                assert row[1 : 1 + len(keys)] == [counts[key] for key in keys]
                rate = on_time_rate(counts)
                assert row[-1] == ("" if rate is None else rate)
        targets = book.get_sheet_by_name("量化目标").to_python()[3:]
        assert [[row[0], row[2], row[3], row[4]] for row in targets] == [
            [one["number"], float(one["target"]), float(one["done"]), float(one["added"])]
            for one in figures["quantities"]
        ]
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/sheet"):
                    assert b"<f>" not in archive.read(name)


def test_documents_of_a_signed_report_are_kept_as_they_are(whole, cast, settings, tmp_path):
    unit = whole[0].organization
    report = factories.report(whole[0].plan, unit, quarter=3, state="accepted", signer=cast.head)
    report = QuarterlyReport.objects.for_page().get(pk=report.pk)
    for kind in ("docx", "pdf", "xlsx"):
        first = document(report, kind, at=AT)
        assert document(report, kind, at=AT) == first
        kept = ReportDocument.objects.get(report=report, kind=kind)
        assert kept.size == len(first)
    assert not ReportDocument.objects.filter(report=whole[0]).exists()  # a draft's is never kept


def test_a_document_has_a_safe_chinese_name_in_any_language(whole, log_in, cast):
    report = whole[0]
    type(report.organization).objects.filter(pk=report.organization_id).update(name='胶州/市: "政府"\r\nX-Evil: 1')
    client = log_in(cast.head)
    with translation.override("en"):
        client.cookies["django_language"] = "en"
        answer = client.get(reverse("report_document", kwargs={"pk": report.pk, "kind": "xlsx"}))
    assert answer.status_code == 200
    header = answer["Content-Disposition"]
    assert header.isascii() and "%2F" not in header and "%22" not in header and "%0D" not in header
    assert "X-Evil" not in answer
    assert client.get(f"/reports/{report.pk}/document.exe").status_code == 404


def test_without_a_chinese_font_the_operator_is_told(whole, log_in, cast, monkeypatch):
    monkeypatch.setattr(fonts, "_installed", lambda: frozenset({"DejaVu Sans"}))
    client = log_in(cast.head)
    answer = client.get(reverse("report_document", kwargs={"pk": whole[0].pk, "kind": "pdf"}), follow=True)
    assert "fonts-noto-cjk" in answer.content.decode()
    assert client.get(reverse("report_document", kwargs={"pk": whole[0].pk, "kind": "docx"})).status_code == 200


def test_fonts_are_found_with_and_without_fontconfig(monkeypatch, tmp_path):
    fonts._installed.cache_clear()
    assert fonts.families()
    fonts._installed.cache_clear()
    monkeypatch.setattr(fonts, "which", lambda name: None)
    monkeypatch.setattr(fonts, "FOLDERS", (str(tmp_path),))
    with pytest.raises(fonts.NoFontError):
        fonts.families()
    fonts._installed.cache_clear()
    (tmp_path / "wqy-microhei.ttc").write_bytes(b"")
    assert fonts.families() == ("WenQuanYi Micro Hei", "WenQuanYi Micro Hei")
    fonts._installed.cache_clear()
