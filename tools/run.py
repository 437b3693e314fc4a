"""`make run`: from whatever is there to a running site, and the accounts to try it with.

Prepares the database (SQLite under var/ unless DATABASE_URL says otherwise), fills an empty one with
the plan of 2017 and the demo, starts the web server and the background jobs, and stops both together.
Nothing that is already there is touched.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
PORT = int(os.environ.get("PORT") or 8000)
os.environ.setdefault("DEMO", "1")
if os.environ["DEMO"] == "1":
    os.environ.setdefault("BUSINESS_DATE", "2017-09-20")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qdsafety.settings")
sys.path.insert(0, str(BASE))


def say(text: str) -> None:
    """A line on the console, at once."""
    print(text, flush=True)


def prepare() -> None:
    """Migrations, static files, the plan and the demo; each only where it is missing."""
    import django
    from django.core.management import call_command

    django.setup()
    from organizations.models import User
    from tasks.models import Plan

    started = time.monotonic()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    if not Plan.objects.exists():
        say("Filling the empty database: the plan of 2017 …")
        call_command("seed_plan", "2017")
    if os.environ["DEMO"] == "1" and not User.objects.exists():
        say("… and a demo city in September 2017 (half a minute) …")
        call_command("seed_demo")
    say(f"Ready after {time.monotonic() - started:.1f} s.")


def wait_until_up(process: subprocess.Popen[bytes]) -> None:
    """Returns when the site answers; raises SystemExit if the server ends first."""
    for _ in range(240):
        if process.poll() is not None:
            raise SystemExit("The web server did not start; see the lines above.")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    raise SystemExit("The web server does not answer.")


def main() -> int:
    """Runs until stopped; the exit status of the part that ended first."""
    os.chdir(BASE)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            say(f"Port {PORT} is taken. Stop what uses it, or choose another: make run PORT={PORT + 1}")
            return 1
    prepare()
    binary = Path(sys.executable).parent
    web = subprocess.Popen(
        [str(binary / "gunicorn"), "qdsafety.wsgi", "--bind", f"127.0.0.1:{PORT}", "--worker-class", "gthread",
         "--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "warning"],
    )  # fmt: skip
    jobs = subprocess.Popen([sys.executable, "manage.py", "run_jobs"])
    parts = [web, jobs]

    def stop(*_: object) -> None:
        for part in parts:
            part.terminate()

    signal.signal(signal.SIGTERM, stop)
    try:
        wait_until_up(web)
        say(f"\n  qdsafety runs on http://127.0.0.1:{PORT}/   (Ctrl+C stops it)")
        if os.environ["DEMO"] == "1":
            from organizations.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD

            say(f"  Demo accounts, password {DEMO_PASSWORD}:")
            for account in DEMO_ACCOUNTS:
                say(f"    {account[0]:<22}{account[1]}")
        while all(part.poll() is None for part in parts):
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    stop()
    return max(abs(part.wait()) if part.wait() not in (0, -signal.SIGTERM, -signal.SIGINT) else 0 for part in parts)


if __name__ == "__main__":
    sys.exit(main())
