"""Names that the city does not know: offered, taken with one press for every row, kept, remembered, taken back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import AuditEntry
from lib import clock
from organizations.models import Organization
from organizations.roles import Role
from tasks.actions import import_names, imports
from tasks.imports.units import UnitReader
from tasks.models import ImportBatch
from tests import factories

from .import_world import build, row, sheet


@pytest.fixture
def desk(db, log_in, tmp_path):
    return Desk(log_in, tmp_path)


class Desk:
    """The commission office with a list in which one unit is misspelt, on several rows and in two columns."""

    def __init__(self, log_in, folder):
        self.plan, self.admin = build()
        self.client = log_in(self.admin)
        self.client.cookies["django_language"] = "en"
        rows = [
            row(1, lead="市安监居"),
            row(2),
            row(3, lead="市公安局", others="市总工会、市安监居"),
            row(4, lead="没有的局"),
        ]
        self.path = sheet(folder / "a.xlsx", *rows)
        self.batch = imports.preview(plan=self.plan, path=self.path, name="a.xlsx", by=self.admin, at=clock.now())

    def at(self, name):
        return reverse(name, kwargs={"year": 2017, "pk": self.batch.pk})

    def see(self):
        return self.client.get(self.at("import_preview")).content.decode()

    def press(self, where="import_names", **data):
        page = self.client.post(self.at(where), data, follow=True).content.decode()
        self.batch.refresh_from_db()
        return page


def test_one_press_reads_it_in_every_row(desk):
    assert (desk.batch.new, desk.batch.refused) == (1, 3)
    page = desk.see()
    assert page.count('name="written" value="市安监居"') == 2 and "Read as 市安监局" in page
    page = desk.press(written="市安监居", name="市安监局")
    assert (desk.batch.new, desk.batch.refused, desk.batch.names) == (3, 1, {"市安监居": "市安监局"})
    assert "is read as 市安监局 in every row" in page and "Take back" in page
    unit = Organization.objects.get(short_name="市安监局").name
    assert unit in desk.batch.rows.get(row=2).values["lead"]
    assert unit in desk.batch.rows.get(row=4).values["cooperating"]
    entry = AuditEntry.objects.filter(verb="import.choose").latest("id")
    assert entry.after == {"names": {"市安监居": "市安监局"}} and entry.by == desk.admin


def test_it_is_kept_when_the_rows_are_judged_anew(desk):
    desk.press(written="市安监居", name="市安监局")
    imports.refresh(batch=desk.batch, by=desk.admin, at=clock.now())
    desk.batch.refresh_from_db()
    assert desk.batch.new == 3
    desk.press("import_commit")
    assert desk.batch.outcome["created"] == 3
    fresh = imports.reopen(batch=desk.batch, by=desk.admin, at=clock.now())
    assert fresh.pk != desk.batch.pk and ImportBatch.objects.get(pk=fresh.pk).names == desk.batch.names


def test_it_can_be_taken_back(desk):
    desk.press(written="市安监居", name="市安监局")
    page = desk.press(written="市安监居")
    assert (desk.batch.new, desk.batch.refused, desk.batch.names) == (1, 3, {})
    assert "is read as it stands" in page


@pytest.mark.parametrize(
    ("written", "name"),
    [("市安监居", "市公安局"), ("没有的局", "市安监局"), ("市公安局", "市安监局"), ("市安监居", ""), ("", "")],
)
def test_only_what_was_offered_can_be_taken(desk, written, name):
    desk.press(written=written, name=name)
    assert (desk.batch.refused, desk.batch.names) == (3, {})
    assert not AuditEntry.objects.filter(verb="import.choose").exists()


def test_remembered_it_is_another_name_of_the_unit(desk):
    desk.press(written="市安监居", name="市安监局")
    page = desk.press("import_remember", written="市安监居")
    assert "is now also known as “市安监居”" in page and "Remember for later files" not in page
    assert UnitReader.for_city(desk.plan.issuer).knows("市安监居")
    assert AuditEntry.objects.filter(verb="organization.update").count() == 1
    desk.press("import_remember", written="市安监居")
    assert AuditEntry.objects.filter(verb="organization.update").count() == 1


def test_a_name_that_was_not_chosen_is_not_remembered(desk):
    page = desk.press("import_remember", written="市安监居")
    assert "collective unit" in page
    assert not UnitReader.for_city(desk.plan.issuer).knows("市安监居")


def test_nobody_else_may(desk, log_in):
    head = factories.user(desk.plan.issuer, Role.HEAD, "head")
    assert log_in(head).post(desk.at("import_names"), {"written": "市安监居", "name": "市安监局"}).status_code == 403
    assert log_in(head).post(desk.at("import_remember"), {"written": "市安监居"}).status_code == 403


def test_nothing_is_chosen_once_it_is_imported(desk):
    desk.press("import_commit")
    page = desk.press(written="市安监居", name="市安监局")
    assert desk.batch.names == {} and "nothing was written a second time" in page
    with pytest.raises(imports.AlreadyDecidedError):
        import_names.choose_name(batch=desk.batch, written="市安监居", name="市安监局", by=desk.admin, at=clock.now())


def test_a_long_list_is_read_anew_in_the_background(desk, settings):
    settings.IMPORT_BACKGROUND_ROWS = 3
    desk.press(written="市安监居", name="市安监局")
    assert desk.batch.is_busy and desk.batch.names == {"市安监居": "市安监局"}


def test_a_constant_number_of_queries(desk, django_assert_max_num_queries):
    desk.press(written="市安监居", name="市安监局")
    with django_assert_max_num_queries(15):
        desk.see()


def test_a_file_is_uploaded_as_ever(desk):
    """The choice belongs to its file; another one asks again."""
    desk.press(written="市安监居", name="市安监局")
    other = sheet(desk.path.with_name("b.xlsx"), row(7, lead="市安监居"))
    data = {"file": SimpleUploadedFile("b.xlsx", other.read_bytes())}
    desk.client.post(reverse("import_list", kwargs={"year": 2017}), data)
    assert ImportBatch.objects.latest("pk").refused == 1
