"""The report as a Word file in the form of an office document (GB/T 9704: title, 文号, body, 落款, page numbers).

Built in code on python-docx's empty document, so that no template can be missing or be changed by accident.
"""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from .content import Content, Section, Table

BODY, HEADING, TITLE = "仿宋", "黑体", "方正小标宋简体"
KAI = "楷体"


def word(content: Content) -> bytes:
    """The file's octets."""
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Cm(3.7), Cm(3.5), Cm(2.8), Cm(2.6)
    normal = document.styles["Normal"]
    normal.paragraph_format.line_spacing = Pt(28)
    normal.paragraph_format.space_after = Pt(0)
    _font(normal, BODY, 16)
    document.core_properties.title = "".join(content.title)
    document.core_properties.author = content.unit
    if content.is_draft:
        _line(document, "（征求意见稿，未签发）", BODY, 14, ALIGN.RIGHT)
    for line in content.title:
        _line(document, line, TITLE, 22, ALIGN.CENTER, style="Title")
    _line(document, content.number, BODY, 16, ALIGN.CENTER)
    document.add_paragraph()
    if content.addressee:
        _line(document, content.addressee, BODY, 16, ALIGN.LEFT)
    for section in content.sections:
        _section(document, section)
    closing = _line(document, content.closing, BODY, 16, ALIGN.LEFT)
    closing.paragraph_format.first_line_indent = Pt(32)
    document.add_paragraph()
    for line in (content.unit, content.signer, content.signed_on):
        if line:
            paragraph = _line(document, line, BODY, 16, ALIGN.RIGHT)
            paragraph.paragraph_format.right_indent = Pt(32)
            paragraph.paragraph_format.keep_with_next = line != content.signed_on
    note = _line(document, content.note, BODY, 9, ALIGN.LEFT)
    note.paragraph_format.line_spacing = Pt(12)
    _page_number(page)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _font(style: Any, name: str, size: float) -> None:
    """A face for Latin and Chinese; Word asks for the Chinese one by its own attribute."""
    style.font.name = name
    style.font.size = Pt(size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _line(document: Any, text: str, face: str, size: float, align: Any, style: str = "Normal") -> Any:

    paragraph = document.add_paragraph(style=style)
    paragraph.alignment = align
    paragraph.paragraph_format.line_spacing = Pt(max(14, size * 1.75))
    if style == "Title":
        paragraph.paragraph_format.space_after = Pt(0)
        for border in paragraph.style.element.findall(".//" + qn("w:pBdr")):
            border.getparent().remove(border)
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.color.rgb = face, Pt(size), RGBColor(0, 0, 0)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
    return paragraph


def _section(document: Any, section: Section) -> None:

    face = HEADING if section.level == 1 else KAI
    heading = _line(document, section.heading, face, 16, ALIGN.LEFT, style=f"Heading {section.level}")
    heading.paragraph_format.first_line_indent = Pt(32)
    heading.paragraph_format.space_before = heading.paragraph_format.space_after = Pt(0)
    heading.runs[0].font.bold = False
    for text in section.paragraphs:
        paragraph = _line(document, text, BODY, 16, ALIGN.JUSTIFY)
        paragraph.paragraph_format.first_line_indent = Pt(32)
    for table in section.tables:
        _table(document, table)


def _table(document: Any, table: Table) -> None:

    found = document.add_table(rows=1, cols=len(table.heads), style="Table Grid")
    found.alignment = WD_TABLE_ALIGNMENT.CENTER
    found.autofit = False
    widths = [Cm(15.6 * part / sum(table.widths)) for part in table.widths]
    for column, width in zip(found.columns, widths, strict=True):
        column.width = width  # LibreOffice and WPS go by the grid, Word by the cells
    _narrow_margins(found)
    for cell, text, width in zip(found.rows[0].cells, table.heads, widths, strict=True):
        _cell(cell, text, HEADING, ALIGN.CENTER, width)
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    _mark_row(found.rows[0], "w:cantSplit")
    _mark_row(found.rows[0], "w:tblHeader")
    for row in table.rows:
        made = found.add_row()
        _mark_row(made, "w:cantSplit")
        for cell, text, width, number in zip(made.cells, row, widths, table.numbers, strict=True):
            _cell(cell, text, BODY, ALIGN.RIGHT if number else ALIGN.LEFT, width)
    gap = document.add_paragraph()
    gap.paragraph_format.line_spacing = 1


def _mark_row(row: Any, name: str) -> None:
    """w:tblHeader repeats a row on each page, w:cantSplit keeps it on one."""
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _narrow_margins(table: Any) -> None:
    """A millimetre beside the text of each cell, so that 100% stays on its line."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "57")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    look.addprevious(margins) if look is not None else properties.append(margins)


def _cell(cell: Any, text: str, face: str, align: Any, width: Any) -> None:

    cell.width = width
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.line_spacing = Pt(15)
    run = paragraph.add_run(text)
    run.font.name, run.font.size = face, Pt(10.5)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _page_number(page: Any) -> None:
    """— 1 — at the foot, counted by Word."""
    paragraph = page.footer.paragraphs[0]
    paragraph.alignment = ALIGN.CENTER
    paragraph.add_run("— ")
    run = paragraph.add_run()
    for kind, text in (("begin", None), (None, " PAGE "), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.set(qn("xml:space"), "preserve")
            element.text = text
        run._element.append(element)
    paragraph.add_run(" —")
