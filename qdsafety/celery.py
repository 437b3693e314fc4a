"""Celery is the doorbell; the database is the truth. Job modules are called jobs.py.

Beat rings once a minute; what is due stands in the schedule that the apps' jobs.py fill, and a run
claims its slot in the database first. So a second beat, or `run_jobs` beside it, does no harm.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qdsafety.settings")
app = Celery("qdsafety")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
app.conf.beat_schedule = {
    "sweep": {"task": "background.sweep", "schedule": crontab(), "options": {"expires": 50}},
}
