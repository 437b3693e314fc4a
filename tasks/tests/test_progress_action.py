"""Logging progress: sums, idempotence, rules, proof; and the counts that stay exact."""

import datetime
import uuid
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from audit.models import AuditEntry
from lib import clock
from tasks import counts
from tasks.actions.claim import StaleError
from tasks.actions.progress import log_progress
from tasks.models import Assignment, Evidence, ProgressEntry
from tasks.states import AssignmentState
from tests import factories

DAY = datetime.date
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def owed(city, plan):
    return factories.assignment(factories.task(plan, lead=city.safety, target=450, unit="家"), city.safety)


def log(assignment, by, **fields):
    values = {
        "happened_on": DAY(2017, 9, 19), "quantity": 10, "percent": None, "what": "检查企业 10 家",
        "request_key": uuid.uuid4(),
    }  # fmt: skip
    return log_progress(assignment=assignment, by=by, at=clock.now(), today=clock.today(), **(values | fields))


def test_quantities_add_up_and_the_percentage_follows(owed, cast, plan):
    log(owed, cast.inspector, quantity=100)
    entry = log(owed, cast.inspector, quantity=Decimal(212))
    owed.refresh_from_db()
    assert (owed.state, owed.quantity, owed.percent) == (AssignmentState.IN_PROGRESS, 312, 69)
    assert (entry.total, entry.percent) == (312, 69)
    assert owed.last_progress_on == DAY(2017, 9, 19)
    assert owed.version == 3
    assert counts.differences(plan) == {}
    first, second = AuditEntry.objects.order_by("id")
    assert (first.verb, first.by, first.scope_id) == ("assignment.progress", cast.inspector, plan.issuer_id)
    assert (first.before["state"], first.after["state"]) == ("not_started", "in_progress")
    assert (Decimal(second.before["quantity"]), Decimal(second.after["quantity"])) == (100, 312)
    assert second.after["entry"] == entry.pk


def test_an_earlier_day_does_not_move_the_last_progress_back(owed, cast):
    log(owed, cast.inspector)
    log(owed, cast.inspector, happened_on=DAY(2017, 5, 2))
    owed.refresh_from_db()
    assert owed.last_progress_on == DAY(2017, 9, 19)


def test_a_repeated_request_finds_its_entry_again(owed, cast):
    key = uuid.uuid4()
    first = log(owed, cast.inspector, request_key=key)
    again = log(owed, cast.inspector, request_key=str(key))
    assert first == again
    owed.refresh_from_db()
    assert owed.quantity == 10
    assert ProgressEntry.objects.count() == 1


def test_a_repeated_request_is_answered_even_after_the_submission(owed, cast):
    key = uuid.uuid4()
    first = log(owed, cast.inspector, request_key=key)
    Assignment.objects.update(state=AssignmentState.SUBMITTED)
    assert log(owed, cast.inspector, request_key=key) == first


@pytest.mark.parametrize("state", ["submitted", "done", "cancelled"])
def test_what_was_handed_in_takes_no_more_progress(state, owed, cast):
    Assignment.objects.update(state=state)
    with pytest.raises(StaleError) as caught:
        log(owed, cast.inspector)
    assert caught.value.state == state
    assert not ProgressEntry.objects.exists()


def test_progress_on_a_returned_assignment_leaves_it_returned(owed, cast):
    Assignment.objects.update(state=AssignmentState.SENT_BACK)
    log(owed, cast.inspector)
    owed.refresh_from_db()
    assert (owed.state, owed.quantity) == (AssignmentState.SENT_BACK, 10)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"happened_on": DAY(2017, 9, 21)}, {"happened_on"}),
        ({"happened_on": DAY(2017, 4, 6)}, {"happened_on"}),
        ({"quantity": -1}, {"quantity"}),
        ({"quantity": Decimal("15.5")}, {"quantity"}),
        ({"quantity": Decimal("9999999999999")}, {"quantity"}),
        ({"percent": 101}, {"percent"}),
        ({"percent": -1}, {"percent"}),
        ({"percent": 100}, {"percent"}),
        ({"what": "  "}, {"what"}),
        ({"happened_on": DAY(2018, 1, 1), "percent": 300, "what": ""}, {"happened_on", "percent", "what"}),
        ({"files": [ContentFile(b"MZ\x90\x00", "a.pdf")]}, {"files"}),
    ],
)
def test_what_is_refused(fields, wrong, owed, cast, plan):
    with pytest.raises(ValidationError) as caught:
        log(owed, cast.inspector, **fields)
    assert set(caught.value.message_dict) == wrong
    owed.refresh_from_db()
    assert (owed.state, owed.version) == (AssignmentState.NOT_STARTED, 1)
    assert counts.differences(plan) == {}


def test_hundred_percent_is_allowed_when_the_target_is_reached(owed, cast):
    assert log(owed, cast.inspector, quantity=460, percent=100).percent == 100
    assert log(owed, cast.inspector, quantity=0, percent=None).percent == 100


def test_without_a_target_the_percentage_stays_unless_typed(city, plan, cast):
    owed = factories.assignment(factories.task(plan, lead=city.safety), city.safety)
    assert log(owed, cast.inspector, quantity=None, percent=40).percent == 40
    assert log(owed, cast.inspector, quantity=None, percent=None).percent == 40


def test_the_proof_is_kept_once_under_its_hash(owed, cast):
    log(owed, cast.inspector, files=[ContentFile(PDF, "报告.pdf"), ContentFile(PDF, "同一份.pdf")])
    log(owed, cast.inspector, files=[ContentFile(PDF, "..\\再次.exe")])
    one, two = Evidence.objects.all()
    assert (one.name, two.name) == ("报告.pdf", "再次.exe.pdf")
    assert one.file.name == two.file.name
    assert one.sha256 in one.file.name
    assert one.content_type == "application/pdf"
    with one.file.open() as file:
        assert file.read() == PDF


def test_every_refused_file_is_named(owed, cast, settings):
    settings.UPLOAD_LIMIT_MB = 1
    big = ContentFile(PDF + b" " * 1024 * 1024, "大.pdf")
    with pytest.raises(ValidationError) as caught:
        log(owed, cast.inspector, files=[ContentFile(PDF, "好.pdf"), big, ContentFile(b"<html>", "页.pdf")])
    text = " ".join(caught.value.message_dict["files"])
    assert "大.pdf" in text
    assert "页.pdf" in text
    assert "好.pdf" not in text
    assert not ProgressEntry.objects.exists()
