"""The PostgreSQL server that tests and benchmarks may use."""

from __future__ import annotations

import getpass
import os


def postgres_url() -> str | None:
    """A reachable server on which this user may create databases, or None."""
    import psycopg2

    user = getpass.getuser()
    given = os.environ.get("TEST_POSTGRES_URL")
    for url in (
        [given]
        if given
        else [f"postgres://{user}@127.0.0.1:5432/postgres", "postgres://postgres@127.0.0.1:5432/postgres"]
    ):
        try:
            connection = psycopg2.connect(url, connect_timeout=3)
        except psycopg2.OperationalError:
            continue
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            allowed = cursor.fetchone()
        connection.close()
        if allowed and allowed[0]:
            return url
    return None
