"""Settings of the tests: the site's own, with what would slow or hide things taken off.

TEST_DATABASE_URL chooses the database; `make test` runs the suite on SQLite and on PostgreSQL.
"""

import os

os.environ.setdefault("SECRET_KEY", "test-only")
os.environ["DEBUG"] = "0"
os.environ["DEMO"] = "1"
os.environ["BUSINESS_DATE"] = ""
os.environ["HTTPS"] = "0"
# Playwright's synchronous face keeps an event loop running, beside which Django would refuse to work.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "sqlite:///var/test.sqlite3")

from .settings import *  # noqa: F403  (the whole point of this module)
from .settings import DATABASES, MIDDLEWARE, STORAGES, VAR_DIR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
WHITENOISE_ROOT = None
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = VAR_DIR / f"test-media-{os.getpid()}"
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # A test database need not survive a power cut, and each transactional test commits many times.
    DATABASES["default"]["OPTIONS"] = {"options": "-c synchronous_commit=off"}
# Fails a test whose request writes and leaves no entry in the record.
MIDDLEWARE = ["tests.watch.Watch", *MIDDLEWARE]
