"""The nightly jobs of this floor, and its long work."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_noop

from background.said import Said
from background.schedule import Missed, job
from background.work import kinds
from lib import clock

from .actions import import_work, packages, tidy
from .models import Plan


@job("tasks.check_counts", at="30 2 * * *", missed=Missed.LATEST)
def check_counts(*, slot: datetime.datetime) -> str:
    """Compares every plan's summary with a full count and puts it right."""
    checked = [tidy.check_counts(plan=plan, repair=True) for plan in Plan.objects.all()]
    wrong = sum(len(one.wrong) for one in checked)
    if wrong:
        text = gettext_noop("%(plans)s plans, %(wrong)s rows were wrong and were counted anew")
    else:
        text = gettext_noop("%(plans)s plans, %(wrong)s rows were wrong")
    return Said(text, plans=len(checked), wrong=wrong)


@job("tasks.follow_tree", at="*/5 * * * *", missed=Missed.SKIP)
def follow_tree(*, slot: datetime.datetime) -> str:
    """Sums by branch as the tree is now."""
    number = sum(tidy.follow_tree(plan=plan) for plan in Plan.objects.select_related("issuer"))
    return Said(gettext_noop("%(n)s plans counted anew"), n=number)


@job("tasks.remove_old_previews", at="50 2 * * *", missed=Missed.LATEST)
def remove_old_previews(*, slot: datetime.datetime) -> str:
    """Removes imports that nobody confirmed."""
    return Said(gettext_noop("%(n)s imports removed"), n=tidy.remove_old_previews(at=clock.now()))


@job("tasks.remove_old_packages", at="55 2 * * *", missed=Missed.LATEST)
def remove_old_packages(*, slot: datetime.datetime) -> str:
    """Removes zips of workbooks that were made days ago."""
    return Said(gettext_noop("%(n)s packages removed"), n=packages.remove_old(at=clock.now()))


kinds.work(packages.KIND)(packages.pack_now)
for _name, (_function, _ended) in import_work.KINDS.items():
    kinds.work(_name, ended=_ended)(_function)
