"""The small pieces that every page is built of: icons, the address with one value changed, dates."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lib import formats

register = template.Library()


@cache
def _sprite() -> str:
    return static("pkg/icons.svg")


@register.simple_tag
def icon(name: str, size: str = "", extra: str = "") -> SafeString:
    """An icon of the sprite: `{% icon "s-over" %}`; size "lg" for navigation. Always beside a word."""
    css = "i-lg" if size == "lg" else "i"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', f"{css} {extra}".strip(), _sprite(), name
    )


@register.simple_tag
def sig(signal: str, word: str) -> SafeString:
    """A signal: shape, colour and word together, e.g. `{% sig "over" "逾期 3 天" %}`."""
    return format_html('<span class="sig sig-{}">{}{}</span>', signal, icon(f"s-{signal}"), word)


register.filter("day", formats.day, expects_localtime=True)
register.filter("short_day", formats.short_day, expects_localtime=True)
register.filter("moment", formats.moment, expects_localtime=True)
register.filter("number", formats.number)
register.filter("ordinal", formats.ordinal)
register.filter("filesize_short", formats.size)
register.filter("period", formats.period)
