"""Pages of lists: the import with its preview, the export that can be read again, comparison, constant queries."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from lib.sheets.read import read_workbook
from organizations.names import NameIndex
from responsibilities.actions import imports, items, lists
from responsibilities.actions.writing import items_of
from responsibilities.compare import compare, counted
from responsibilities.imports.judge import judge, numbers
from responsibilities.imports.read import read_lists, tables_of
from responsibilities.models import ListImport, ResponsibilityItem, ResponsibilityList
from tests import factories

FILE = Path(settings.BASE_DIR) / "samples" / "responsibility-list.xlsx"


def upload(client, content=None, name="清单.xlsx", **data):
    file = SimpleUploadedFile(name, FILE.read_bytes() if content is None else content)
    return client.post(reverse("duty_imports"), {"file": file} | data)


@pytest.fixture
def building(city):
    """The third department of the sample."""
    return factories.organization(
        "青岛市城乡建设委员会", short_name="市城乡建设委", parent=city.commission, position=20
    )


def seen(client, batch):
    page = client.get(reverse("duty_import_preview", args=[batch.pk])).content.decode()
    return page, page.split('name="seen" value="')[1].split('"')[0] if 'name="seen"' in page else ""


def test_upload_preview_commit(building, cast, log_in):
    client = log_in(cast.admin)
    assert upload(client).status_code == 302
    batch = ListImport.objects.get()
    assert (batch.new, batch.refused, batch.year) == (47, 0, 2017)
    page, digest = seen(client, batch)
    assert "危险化学品经营许可" in page
    assert ResponsibilityList.objects.count() == 0  # nothing is written before the decision
    commit = reverse("duty_import_commit", args=[batch.pk])
    client.post(commit, {"seen": digest})
    assert ResponsibilityItem.objects.count() == 47
    client.post(commit, {"seen": digest})
    assert ResponsibilityItem.objects.count() == 47  # a second press finds it done


def test_a_preview_that_no_longer_holds_writes_nothing(building, city, cast, log_in):
    client = log_in(cast.admin)
    upload(client)
    batch = ListImport.objects.get()
    _page, digest = seen(client, batch)
    factories.duty_list(city.safety, "危险化学品经营许可", kind="powers")
    answer = client.post(reverse("duty_import_commit", args=[batch.pk]), {"seen": digest}, follow=True)
    assert "预览之后清单已有变动" in answer.content.decode()
    assert ResponsibilityItem.objects.count() == 1


def test_a_unit_brings_in_its_own_lists_only(building, city, cast, log_in):
    client = log_in(cast.inspector)
    upload(client)
    batch = ListImport.objects.get()
    assert (batch.new, batch.refused) == (17, 30)
    page, digest = seen(client, batch)
    assert "这是其他单位（市交通运输委）的清单" in page
    client.post(reverse("duty_import_commit", args=[batch.pk]), {"seen": digest})
    assert set(ResponsibilityList.objects.values_list("organization", flat=True)) == {city.safety.pk}
    assert log_in(cast.head).get(reverse("duty_import_preview", args=[batch.pk])).status_code == 404
    assert log_in(cast.auditor).post(reverse("duty_imports")).status_code == 403


def test_a_list_that_waits_takes_nothing_in(building, city, cast, log_in):
    factories.duty_list(city.safety, "甲", kind="powers", state="submitted")
    client = log_in(cast.admin)
    upload(client)
    batch = ListImport.objects.get()
    assert (batch.new, batch.refused) == (39, 8)
    assert "请先退回" in seen(client, batch)[0]


HOSTILE = {
    "空.xlsx": b"",
    "坏.xlsx": b"PK\x03\x04" + b"\0" * 200,
    "网页.xlsx": b"<html><script>alert(1)</script></html>",
    "文档.pdf": b"%PDF-1.4",
}


def test_the_refused_rows_come_as_excel_and_as_csv(building, city, cast, log_in, tmp_path):
    factories.duty_list(city.safety, "甲", kind="powers", state="submitted")
    client = log_in(cast.admin)
    upload(client)
    batch = ListImport.objects.get()
    page, _digest = seen(client, batch)
    address = reverse("duty_import_refused", args=[batch.pk])
    told = {}
    for form in ("xlsx", "csv"):
        assert f"{address}?&amp;format={form}" in page
        path = tmp_path / f"refused.{form}"
        answer = client.get(f"{address}?format={form}")
        path.write_bytes(b"".join(answer.streaming_content))
        rows = read_workbook(path)[0].rows
        start = next(index for index, row in enumerate(rows) if row[0] == "工作表")
        told[form] = [[str(cell or "") for cell in row[2:]] for row in rows[start + 1 :]]
    assert len(told["csv"]) == batch.refused == 8
    assert told["csv"] == told["xlsx"]
    assert all("请先退回" in row[0] for row in told["csv"])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_with_words(name, city, cast, log_in):
    answer = upload(log_in(cast.admin), HOSTILE[name], name)
    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode()
    assert ListImport.objects.count() == 0


def test_what_the_annex_shows_is_read_again_without_a_difference(building, city, cast, log_in, tmp_path):
    batch = imports.preview(
        city=city.commission, path=FILE, name="x.xlsx", year=2017, unit=None, by=None, at=timezone.now()
    )
    imports.commit(batch=batch, by=None, at=timezone.now())
    odd = factories.duty(
        "=HYPERLINK(1)", number="1.1", category="", liability="注：一", legal_bases=[
            {"law": "甲法", "version": None, "articles": ["第三条至第五条"]},
            {"law": "乙条例", "version": "2009", "articles": []},
        ],
    )  # fmt: skip
    strange = items.add(
        one=ResponsibilityList.objects.first(), values=odd, after=None, by=cast.admin, at=timezone.now()
    )
    client = log_in(cast.admin)
    names = NameIndex.for_city(city.commission)
    for one in ResponsibilityList.objects.select_related("organization"):
        for form in ("xlsx", "csv") if one.items.filter(pk=strange.pk).exists() else ("xlsx",):
            path = tmp_path / f"{one.pk}.{form}"
            answer = client.get(reverse("duty_list_export", args=[one.pk]), {"format": form})
            path.write_bytes(answer.getvalue())
            content = imports.content_of(read_lists(tables_of(read_workbook(path)), names))
            found = numbers(judge(content, city=city.commission, year=2017))
            number = one.items.count()
            assert found == {"new": 0, "changed": 0, "unchanged": number, "refused": 0, "absent": 0}, (one, form)


def test_a_revised_workbook_changes_what_differs_and_keeps_the_rest(building, city, cast, tmp_path):
    listed = factories.duty_list(
        city.safety, "危险化学品经营许可", factories.duty("只在清单里", number="Z"), kind="powers", state="published"
    )
    batch = imports.preview(
        city=city.commission, path=FILE, name="x.xlsx", year=2017, unit=city.safety, by=None, at=timezone.now()
    )
    assert (batch.changed, batch.absent) == (1, 1)
    imports.commit(batch=batch, by=None, at=timezone.now())
    draft = ResponsibilityList.objects.get(organization=city.safety, kind="powers", version=2)
    changes = compare(items_of(listed), items_of(draft))
    assert counted(changes) == {"added": 7, "changed": 1, "moved": 0, "removed": 0, "same": 1}
    changed = next(change for change in changes if change.kind == "changed")
    assert changed.fields["office"] == {"from": "执法处", "to": "行政许可处"}
    assert draft.items.get(title="只在清单里").duty == listed.items.get(title="只在清单里").duty


def test_comparison_marks_what_was_moved_added_and_taken_out(city, cast, log_in):
    old = factories.duty_list(city.safety, "甲", "乙", "丙", state="published")
    new = lists.create(organization=city.safety, kind="duties", year=2017, by=cast.admin, at=timezone.now())
    items.move(item=new.items.get(title="丙"), steps=-1, by=cast.admin, at=timezone.now())
    items.remove(item=new.items.get(title="甲"), by=cast.admin, at=timezone.now())
    items.add(one=new, values=factories.duty("丁"), after=None, by=cast.admin, at=timezone.now())
    kinds = [(change.kind, change.item.title) for change in compare(items_of(old), items_of(new))]
    assert ("removed", "甲") in kinds
    assert ("added", "丁") in kinds
    assert sum(kind == "moved" for kind, _title in kinds) == 1
    page = log_in(cast.admin).get(reverse("duty_list_compare", args=[new.pk])).content.decode()
    assert "<del>甲</del>" in page
    assert "<ins>丁</ins>" in page


def test_the_item_form_reads_laws_in_rows(city, cast, log_in):
    one = factories.duty_list(city.safety, "甲")
    data = {
        "title": "新的职责", "post": "处长", "edition": one.edition,
        "bases-TOTAL_FORMS": "3", "bases-INITIAL_FORMS": "0",
        "bases-0-law": "《安全生产法》", "bases-0-version": "2014", "bases-0-articles": "第五十九条、第六十二条",
        "bases-2-law": "消防法",
    }  # fmt: skip
    client, address = log_in(cast.inspector), reverse("duty_item_create", args=[one.pk])
    wrong = client.post(address, data | {"bases-0-articles": "五十九"}).content.decode()
    assert "不是条款" in wrong
    assert "新的职责" in wrong
    assert client.post(address, data).status_code == 302
    made = one.items.get(title="新的职责")
    assert [(b.law, b.version, b.articles) for b in made.bases.all()] == [
        ("安全生产法", "2014", ["第五十九条", "第六十二条"]), ("消防法", "", []),
    ]  # fmt: skip


def test_filters_tabs_and_export_of_the_overview(city, cast, log_in):
    factories.duty_list(city.safety, "甲", state="approved")
    factories.duty_list(city.transport, "乙", kind="powers", state="published")
    client, address = log_in(cast.admin), reverse("duty_lists")
    for query, number in (
        ({}, 2), ({"tab": "me"}, 1), ({"kind": "powers"}, 1), ({"q": "交通"}, 1), ({"year": "2016"}, 0),
        ({"state": "approved", "sort": "-items"}, 1), ({"kind": "nonsense", "unit": "x", "page": "99"}, 2),
    ):  # fmt: skip
        assert client.get(address, query).content.decode().count("<tr><td") == number, query
    rows = client.get(reverse("duty_lists_export"), {"tab": "me", "format": "csv"}).getvalue().decode("utf-8-sig")
    [_heads, line] = csv.reader(io.StringIO(rows, newline=""))
    assert line[:5] == ["青岛市安全生产监督管理局", "责任清单", "2017", "1", "待公布"]
    for address in (reverse("duty_lists_export") + "?tab=me", reverse("duty_unit_export", args=[city.transport.pk])):
        assert client.get(address).getvalue()[:2] == b"PK"


def test_the_file_is_kept_and_comes_back_with_its_problems_marked(building, city, cast, log_in, settings, tmp_path):
    factories.duty_list(city.safety, "甲", kind="powers", state="submitted")
    client = log_in(cast.admin)
    upload(client)
    batch = ListImport.objects.get()
    page, digest = seen(client, batch)
    address = reverse("duty_import_file", args=[batch.pk])
    assert f'href="{address}"' in page and f'href="{address}?marked=1"' in page
    assert b"".join(client.get(address).streaming_content) == FILE.read_bytes()
    marked = tmp_path / "marked.xlsx"
    marked.write_bytes(b"".join(client.get(f"{address}?marked=1").streaming_content))
    book = openpyxl.load_workbook(marked)
    sheet = book["市安监局"] if "市安监局" in book.sheetnames else book.worksheets[0]
    comments = [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment]
    assert len(comments) == 8 and all("请先退回" in text for text in comments)
    assert not any(cell.comment for row in book.worksheets[1].iter_rows() for cell in row), "each on its own sheet"
    assert len(list(book.worksheets[-1].values)) == 9
    commit = reverse("duty_import_commit", args=[batch.pk])
    answer = client.post(commit, {"seen": digest, "whole": "1"}, follow=True).content.decode()
    assert "已选择整批导入" in answer and ResponsibilityItem.objects.count() == 1
    client.post(commit, {"seen": digest, "whole": "0"})
    assert ResponsibilityItem.objects.count() == 40
    assert b"".join(client.get(address).streaming_content) == FILE.read_bytes(), "also after the decision"


def test_a_discarded_file_is_gone(building, cast, log_in, settings, tmp_path, django_capture_on_commit_callbacks):
    client = log_in(cast.admin)
    upload(client)
    batch = ListImport.objects.get()
    kept = Path(batch.file.path)
    assert kept.exists()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("duty_import_discard", args=[batch.pk]))
    assert not kept.exists()
    assert client.get(reverse("duty_import_file", args=[batch.pk])).status_code == 404
