"""`make test`: the whole suite on SQLite, then on PostgreSQL.

What this machine lacks (PostgreSQL, Redis, Chromium) is skipped by name; with REQUIRE_ALL=1 that is a
failure. TEST_POSTGRES_URL names a server where databases may be created; without it the usual local
ones are tried. Further arguments go to pytest (and then only SQLite is used unless ON=postgres).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from servers import postgres_url

BASE = Path(__file__).resolve().parent.parent
# A file stays on one worker; conftest.py puts the files first that take longest, so that none ends alone.
SPREAD = ["--dist", "loadfile", "--no-loadscope-reorder"]
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"


def run(title: str, arguments: list[str], **environment: str) -> int:
    """One pytest run; its exit status."""
    print(f"\n=== {title}", flush=True)
    workers = os.environ.get("WORKERS") or str(min(4, os.cpu_count() or 1))
    command = [sys.executable, "-m", "pytest", "-q", "-r", "fEs", "-n", workers, *SPREAD, *arguments]
    return subprocess.call(command, cwd=BASE, env=os.environ | environment)


def main(arguments: list[str]) -> int:
    """Runs what there is; 0 if all passed (and, with REQUIRE_ALL=1, nothing was skipped)."""
    if arguments:
        return run("chosen tests", arguments)
    failed = run("suite on SQLite", [])
    url = postgres_url()
    if url:
        database = url.rsplit("/", 1)[0] + "/qdsafety"
        failed |= run("suite on PostgreSQL", ["-m", "not browser"], TEST_DATABASE_URL=database)
    else:
        print("SKIPPED by name: the suite on PostgreSQL (no server that may create databases; set TEST_POSTGRES_URL)")
        failed |= int(REQUIRE_ALL)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
