"""`Within("organization", rows)`: a condition "is one of these", for places where it stands beside an OR.

PostgreSQL cannot use an index for `a IN (SELECT …) OR b IN (SELECT …)`; it reads every row and asks both
lists. Written as `= ANY(ARRAY(SELECT …))` the lists are made first and two indexes answer. SQLite uses its
indexes either way.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Func, QuerySet, Subquery


class _List(Subquery):
    """A subquery that, where it is known to be empty, makes the condition false instead of NULL."""

    empty_result_set_value = NotImplemented


class Within(Func):
    """True where the column holds one of the values of a queryset with one column."""

    output_field = BooleanField()
    conditional = True
    arity = 2

    def __init__(self, column: Any, values: QuerySet[Any, Any] | _List, **extra: Any) -> None:
        super().__init__(column, values if isinstance(values, _List) else _List(values), **extra)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override]  # wider than the base
        """Column IN (SELECT …)."""
        return super().as_sql(compiler, connection, template="%(expressions)s", arg_joiner=" IN ")

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Column = ANY(ARRAY(SELECT …))."""
        return super().as_sql(compiler, connection, template="%(expressions)s)", arg_joiner=" = ANY(ARRAY")
