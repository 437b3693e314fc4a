"""Nothing is written without a record, and every entry can be said in words.

Besides the checks here, tests.watch looks at every request of every test.
"""

import ast
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from audit import words
from organizations.models import Organization
from tests import watch

BASE = Path(__file__).resolve().parent.parent
APPS = ("organizations", "responsibilities", "tasks", "reports", "qdsafety")
RECORDS = {"record", "record_many", "record_deeds", "record_refusal", "record_export"}
WRITES = {"save", "create", "get_or_create", "update_or_create", "delete", "bulk_create", "bulk_update", "insert",
          "insert_values"}  # fmt: skip
# Writers that need no entry of their own, and why.
EXEMPT = {
    "store": "puts a file where its hash says; the entry that names it is recorded",
    "check_counts": "sums that follow from other rows",
    "follow_tree": "sums that follow from other rows",
    "claim": "the one door to a state; each of its callers records",
    "propose": "suggestions of the machine, which nobody has decided on",
    "remove_old": "packages that can be packed anew at any time; who asked for one is recorded",
    "reading_ended": "what the background work came to; the work itself records",
    "write_log": "the log of an act; whoever calls it records the act",
    "remember_name": "gives the name by organizations.actions.units.update, which records it",
}


def functions():
    """(module path, function) of all actions."""
    for app in APPS:
        for path in sorted((BASE / app).glob("actions/*.py")):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef):
                    yield path, node


def calls(node):
    """Names called in a function; `.update` counts as a write where fields are named."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            name = getattr(one.func, "attr", None) or getattr(one.func, "id", None)
            yield "UPDATE" if name == "update" and any(word.arg for word in one.keywords) else name


def test_every_action_that_writes_also_records():
    called: dict[str, set[str]] = {}
    for _path, node in functions():
        called.setdefault(node.name, set()).update(filter(None, calls(node)))

    def reach(name, seen):
        for other in called.get(name, ()):
            if other not in seen:
                seen.add(other)
                reach(other, seen)
        return seen

    missing = []
    for path, node in functions():
        reached = reach(node.name, set())
        if not node.name.startswith("_") and reached & (WRITES | {"UPDATE"}) and not reached & RECORDS:
            missing.append((path, node.name))
    callers = {name for name, others in called.items() if others & RECORDS or reach(name, set()) & RECORDS}
    helped = set().union(*(reach(name, set()) for name in callers))
    wrong = [f"{path.relative_to(BASE)}: {name}" for path, name in missing if name not in EXEMPT and name not in helped]
    assert wrong == [], "these write and record nothing; audit.record.record() belongs into the same transaction"


def verbs():
    """(place, verb) for every verb that the code names."""
    for app in (*APPS, "notifications", "background"):
        for path in sorted((BASE / app).rglob("*.py")):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                name = isinstance(node, ast.Call) and (getattr(node.func, "id", "") or getattr(node.func, "attr", ""))
                if name in {"record", "record_refusal", "Act", "_record"} and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value:
                        yield path.relative_to(BASE), first.value


def test_every_verb_has_its_sentence():
    missing = sorted(f"{path}: {verb}" for path, verb in verbs() if words.verb_of(verb) is None)
    assert missing == [], "register these in the app's words.py"


def test_every_icon_of_a_verb_is_in_the_sprite():
    known = (BASE / "tools" / "icons.toml").read_text()
    signals = (BASE / "static" / "img" / "signals.svg").read_text()
    for name, verb in words.verbs().items():
        assert f"{verb.icon} =" in known or f'id="{verb.icon}"' in signals, f"{name}: {verb.icon}"


class TestWatch:
    def ask(self, rf, act, **response):
        request = rf.post("/somewhere/")
        request.resolver_match = None

        def answer(_request):
            act()
            return HttpResponse("", **response)

        return watch.Watch(answer)(request)

    def test_a_silent_write_is_caught(self, city, rf: RequestFactory):
        with pytest.raises(AssertionError, match="organizations_organization"):
            self.ask(rf, lambda: Organization.objects.update(note="x"))

    def test_a_write_that_was_rolled_back_is_none(self, city, rf):
        from django.db import transaction

        def act():
            with transaction.atomic():
                Organization.objects.update(note="x")
                transaction.set_rollback(True)

        assert self.ask(rf, act).status_code == 200

    def test_reading_is_free(self, city, rf):
        assert self.ask(rf, lambda: list(Organization.objects.all())).status_code == 200
