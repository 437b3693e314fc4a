"""What can be wrong with a row of units or enterprises, and how it is said: what, and what to do.

A preview keeps code and plain values, not the sentence: who reads it may speak another language than who uploaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from lib.sheets import places
from organizations.models import Organization

from .classes import CLASSES


def message(code: str, value: str, details: Mapping[str, Any]) -> str:
    """One sentence on what is wrong and one on the remedy, in the reader's language."""
    known: dict[str, Any] = {"value": value, **details}
    if "row" in known:  # another row of the sheet
        known["row"] = places.shown(known["row"])
    if "unit" in known and known["unit"] is None:
        known["unit"] = _("a unit of another city")
    if "unit_kind" in known:
        known["kind"] = Organization.Kind(known["unit_kind"]).label
    return _text(code, known) % (known | {"kinds": "、".join(CLASSES)})


def _text(code: str, known: Mapping[str, Any]) -> str:
    texts = {
        "not_yes_or_no": _("“%(value)s” is neither 是 nor 否. Write 是 or 否."),
        "not_a_number": _("“%(value)s” is no number of people. Write digits."),
        "coordinate_invalid": _("“%(value)s” is no coordinate. Write degrees with decimals, such as 120.38."),
        "district_missing": _("the district is missing. Enter its name."),
        "town_elsewhere": _("%(town)s does not belong to %(district)s. Correct one of the two."),
        "kind_unknown": _("“%(value)s” is no known kind. Use one of %(kinds)s."),
        "name_missing": _("the full name is missing. Enter it or delete the row."),
        "name_too_long": _("the name has more than 120 characters. Shorten it."),
        "uscc_invalid": _("%(value)s is not a valid unified social credit code. Check its 18 characters."),
        "parent_unknown": _("no unit is called “%(value)s”. Write the superior's full or short name."),
        "parent_itself": _("a unit cannot stand under itself. Name the unit above it."),
        "parent_missing": _("the superior unit is missing. Only a commission stands at the top."),
        "parent_refused": _(
            "the superior's own row is refused, or the superiors lead in a circle. Correct that first."
        ),
        "parent_of_top": _("%(unit)s heads the city; nothing stands above it. Leave the superior unit empty."),
        "commission_below": _(
            "a unit of this kind sees the whole city, so it stands directly under the commission."
        ),
        "meant_twice": _("row %(row)s means %(unit)s already, by its name or code. Delete one of the two."),
        "other_city": _("a unit of this name or code belongs to another city. Correct the name and the code."),
        "uscc_taken": _("the code belongs to %(unit)s already. Correct it here or there."),
        "not_an_enterprise": _("%(unit)s is known as “%(kind)s”, not as an enterprise. Correct the name and the code."),
    }  # fmt: skip
    endings = {
        "_unknown": _(
            "no such unit is called “%(value)s”. Write its full, short or other name, or bring the unit in first."
        ),
        "_inactive": _("%(unit)s was dissolved. Name an active unit."),
        "_too_long": _("the text has more than %(limit)s characters. Shorten it."),
        "_duplicate": _("“%(value)s” stands in row %(row)s already. Delete one of the two."),
        "_taken": _("“%(value)s” is another name of %(unit)s already. Correct it here or there."),
    }
    if code == "parent_missing" and "city" in known:
        return _("the superior unit is missing. At the top stands %(city)s.")
    if code == "other_city" and "unit" in known:
        return _("%(unit)s belongs to another city.")
    if code == "name_duplicate" and "unit" in known:
        return texts["meant_twice"]
    if code in texts:
        return texts[code]
    return next((text for ending, text in endings.items() if code.endswith(ending)), code.replace("%", "%%"))
