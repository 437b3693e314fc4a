"""Pages of a list: the number in the address, forgiving, with a fixed page size."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest

PAGE_SIZE = 50


def page_of(
    request: HttpRequest, rows: QuerySet[Any] | list[Any], size: int = PAGE_SIZE, total: int | None = None
) -> Page[Any]:
    """The page that `?page=` asks for; the nearest one for nonsense. `total` spares the count query."""
    paginator: Paginator[Any] = Paginator(rows, size)
    if total is not None:
        paginator.__dict__["count"] = total
    return paginator.get_page(request.GET.get("page"))


def load_page(page: Page[Any], rows: QuerySet[Any]) -> list[Any]:
    """The objects of a page of primary keys, in its order.

    Two steps keep deep pages cheap: the keys come from an index alone, the joins are made for one page only.
    """
    keys = list(page.object_list)
    found = rows.in_bulk(keys)
    return [found[key] for key in keys if key in found]


def ordering(request: HttpRequest, allowed: dict[str, tuple[str, ...]], default: str) -> tuple[str, tuple[str, ...]]:
    """The sort key of `?sort=` (a leading - reverses) and its database ordering; default for nonsense."""
    asked = request.GET.get("sort", default)
    key = asked.lstrip("-")
    if key not in allowed:
        asked, key = default, default.lstrip("-")
    columns = allowed[key]
    if asked.startswith("-"):
        columns = tuple(c[1:] if c.startswith("-") else f"-{c}" for c in columns)
    return asked, columns


def empty_last(columns: Sequence[str], nullable: frozenset[str]) -> list[str | OrderBy]:
    """The same ordering with empty values at the end, both ways and in every database.

    PostgreSQL puts them last and SQLite first, unless told. Plain names stay plain, so that indexes serve.
    """
    found: list[str | OrderBy] = []
    for column in columns:
        name = column.lstrip("-")
        if name not in nullable:
            found.append(column)
        elif column.startswith("-"):
            found.append(F(name).desc(nulls_last=True))
        else:
            found.append(F(name).asc(nulls_last=True))
    return found
