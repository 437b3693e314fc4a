"""Celery is the doorbell; the database is the truth. Job modules are called jobs.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qdsafety.settings")
app = Celery("qdsafety")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
