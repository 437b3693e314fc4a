from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "qdsafety"
    label = "site"
