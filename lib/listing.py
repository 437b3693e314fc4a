"""Pages of a list: the number in the address, forgiving, with a fixed page size."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
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
