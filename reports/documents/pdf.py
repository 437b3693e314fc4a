"""The report as PDF, set by typst with the system's Chinese font embedded."""

from __future__ import annotations

import json
from pathlib import Path

from .content import Content, Section
from .fonts import families

TEMPLATE = Path(__file__).with_name("report.typ")


def pdf(content: Content) -> bytes:
    """The file's octets; raises NoFontError where no Chinese font is installed."""
    text, head = families()
    import typst  # noqa: PLC0415  (80 MB: only where a PDF is made)

    inputs = {"content": json.dumps(_plain(content), ensure_ascii=False), "text": text, "head": head}
    made: bytes = typst.compile(str(TEMPLATE), format="pdf", sys_inputs=inputs)
    return made


def _plain(content: Content) -> dict[str, object]:
    return content._asdict() | {"sections": [_section(section) for section in content.sections]}


def _section(section: Section) -> dict[str, object]:
    return section._asdict() | {"tables": [table._asdict() for table in section.tables]}
