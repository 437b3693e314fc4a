"""The site. Celery's app is made with it, so that shared tasks find their broker."""

from .celery import app as celery_app

__all__ = ["celery_app"]
