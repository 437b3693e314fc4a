"""Legal bases in a cell: 《中华人民共和国安全生产法》（2014年修正）第三十八条、第九十八条；《…》第七条."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

_DIGITS = "零〇一二三四五六七八九十百千两0-9"
_UNITS = "编章节条款项目"
_ARTICLE = re.compile(
    rf"第[{_DIGITS}]+[{_UNITS}](?:之[{_DIGITS}]+)?(?:第[{_DIGITS}]+[款项目]|[（(][{_DIGITS}]+[)）]项?)*"
)
_RANGE = re.compile(rf"(第[{_DIGITS}]+条)\s*(?:至|到|—|-|~|～)\s*(第[{_DIGITS}]+条)")
_NAMED = re.compile(r"《([^》]{1,200})》")
_YEAR = re.compile(r"^\s*[（(]\s*(\d{4})\s*年?[^)）]{0,20}[)）]")
_UNNAMED = re.compile(r"^(?P<law>[^第；;《》]{2,200}?)(?P<year>[（(]\s*\d{4}\s*年?[^)）]{0,20}[)）])?(?=第|$)")
LAW, ARTICLE, MANY = 200, 30, 30


class Basis(NamedTuple):
    """A law, the year of its amendment or None, and the articles."""

    law: str
    version: str | None
    articles: list[str]

    def as_json(self) -> dict[str, Any]:
        """In the format of samples/expected."""
        return self._asdict()

    @property
    def text(self) -> str:
        """As the offices write it."""
        version = f"（{self.version}年修正）" if self.version else ""
        return f"《{self.law}》{version}{'、'.join(self.articles)}"


def read_bases(written: str) -> list[Basis]:
    """The laws of a cell in its order; one that is named twice is one, with all its articles.

    A name stands in 《》; without them each part between ；is a law up to its first article. Raises ValueError
    with the part that names no law.
    """
    found: dict[tuple[str, str | None], Basis] = {}
    for law, version, rest in _parts(written):
        basis = found.setdefault((law, version), Basis(law, version, []))
        for article in _articles(rest):
            if article not in basis.articles:
                basis.articles.append(article)
    return list(found.values())


def _parts(written: str) -> list[tuple[str, str | None, str]]:
    """(law, year, what follows it) for each law."""
    written = written.strip(" ；;。、，\n")
    if not written:
        return []
    if "《" not in written:
        return [_unnamed(part) for part in re.split("[；;]", written) if part.strip(" 、，。")]
    names = list(_NAMED.finditer(written))
    lead = written[: names[0].start()].strip(" 、，；;。") if names else written
    if not names or re.sub(r"^[（(]?\d{1,2}[)）.．、]?|依据|根据|[:：\s]", "", lead):
        raise ValueError(lead)
    found = []
    for index, name in enumerate(names):
        end = names[index + 1].start() if index + 1 < len(names) else len(written)
        rest = written[name.end() : end]
        year = _YEAR.match(rest)
        found.append((name[1].strip(), year[1] if year else None, rest[year.end() :] if year else rest))
    return found


def _unnamed(part: str) -> tuple[str, str | None, str]:
    found = _UNNAMED.match(part.strip())
    law = found["law"].strip(" 、，。") if found else ""
    if not found or len(law) < 2:
        raise ValueError(part.strip())
    year = re.search(r"\d{4}", found["year"] or "")
    return law, year[0] if year else None, part.strip()[found.end() :]


def _articles(rest: str) -> list[str]:
    """第三十八条、第九十八条; a range (第三条至第五条) stays one entry."""
    ranges = {match.start(): f"{match[1]}至{match[2]}" for match in _RANGE.finditer(rest)}
    covered = [(match.start(), match.end()) for match in _RANGE.finditer(rest)]
    found = []
    for match in _ARTICLE.finditer(rest):
        if match.start() in ranges:
            found.append(ranges[match.start()])
        elif not any(start <= match.start() < end for start, end in covered):
            found.append(match[0])
    return found


def is_article(written: str) -> bool:
    """True for 第三十八条, 第五条第二款 and 第三条至第五条."""
    return bool(_ARTICLE.fullmatch(written) or re.fullmatch(f"{_ARTICLE.pattern}至{_ARTICLE.pattern}", written))
