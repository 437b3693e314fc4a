"""Columns of a workbook of lists: shown as they were taken, named by a person, remembered for the header."""

from django.urls import reverse

from audit.models import AuditEntry
from organizations.roles import Role
from responsibilities.models import ListImport, ResponsibilityItem
from tests import factories
from tests.queries import LIMIT, taken

from .import_desk import Desk

HEAD = ["序号", "干什么", "法律依据", "责任处室", "责任人岗位", "多久一次"]
ABOVE = ["市安监局责任清单"]


def row(number, title, often="每月"):
    return [number, title, "《甲法》第一条", "执法处", "处长", often]


def test_a_needed_column_is_named_by_a_person_and_remembered(desk, city):
    batch = desk.upload([ABOVE, HEAD, row(1, "检查"), row(2, "处罚"), HEAD, row(3, "许可")])
    page = desk.see(batch)
    assert (batch.new, batch.refused) == (0, 0)
    assert "no column was taken for Item" in page and "B · 干什么" in page and '<option value="office" selected' in page
    page = desk.choose(batch, B="title", F="frequency")
    assert batch.new == 3 and "no column was taken for" not in page and "检查" in page
    digest = page.split('name="seen" value="')[1].split('"')[0]
    desk.client.post(reverse("duty_import_commit", args=[batch.pk]), {"seen": digest})
    assert list(ResponsibilityItem.objects.values_list("title", "frequency")) == [
        ("检查", "每月"), ("处罚", "每月"), ("许可", "每月"),
    ]  # fmt: skip
    desk.choose(batch, F="")
    assert batch.columns[batch.layout[0]["fingerprint"]]["5"] == "frequency"
    again = desk.upload([ABOVE, HEAD, row(1, "检查", "每季度")])
    assert (again.new, again.changed) == (0, 1)
    assert AuditEntry.objects.filter(verb="list.import_choose").count() == 1


def test_a_wrong_guess_is_corrected_and_a_field_belongs_to_one_column(desk, city):
    head = ["序号", "职责事项", "法律依据", "责任处室", "责任人岗位", "实际责任人"]
    batch = desk.upload([ABOVE, head, [1, "检查", "《甲法》第一条", "执法处", "处长", "副处长"]])
    assert batch.new == 1
    desk.choose(batch, F="post", Z="title", A="nonsense")
    assert batch.content["sheets"][0]["rows"][0]["post"] == "副处长"
    assert {one["label"]: one["field"] for one in batch.layout[0]["columns"]} == {
        "序号": "number", "职责事项": "title", "法律依据": "legal_bases", "责任处室": "office", "责任人岗位": "",
        "实际责任人": "post",
    }  # fmt: skip
    assert "no column was taken for Item" in desk.choose(batch, B="")
    assert batch.new == 0


def test_each_header_of_the_workbook_is_chosen_for_itself(desk, city):
    other = ["序号", "职责事项", "法律依据", "责任处室", "频度"]
    ports = ["市交通运输委责任清单"]
    fine = [ports, other, [1, "检查", "《甲法》第一条", "执法处", "每年"]]
    batch = desk.upload([ABOVE, HEAD, row(1, "检查")], fine, [ABOVE, HEAD, row(2, "处罚")])
    assert (batch.new, [one["sheets"] for one in batch.layout]) == (1, [["Sheet1", "Sheet3"], ["Sheet2"]])
    desk.choose(batch, 1, E="frequency")
    assert batch.new == 1 and batch.layout[0]["missing"] == ["title"]
    desk.choose(batch, B="title")
    assert batch.new == 3


def test_the_words_of_a_unit_hold_for_that_unit_alone(desk, city, log_in):
    own = Desk(log_in(factories.user(city.safety, Role.INSPECTOR)))
    batch = own.upload([ABOVE, HEAD, row(1, "检查")])
    own.choose(batch, B="title")
    assert batch.new == 1
    assert own.upload([ABOVE, HEAD, row(1, "检查")]).new == 1
    assert desk.upload([ABOVE, HEAD, row(1, "检查")]).layout[0]["missing"] == ["title"]


def test_columns_with_which_nothing_can_be_read_are_left_as_they_were(desk, city, log_in):
    """Said in the language of who asks, whoever brought the file in; the rows stay."""
    head = ["序号", "职责事项", "法律依据", "责任处室", "责任人岗位"]
    batch = desk.upload([ABOVE, head, [1, "检查", "《甲法》第一条", "执法处", "处长"]])
    other = Desk(log_in(factories.user(city.office, Role.ADMIN)))
    other.client.cookies["django_language"] = "zh-hans"
    english = ("With these columns the list cannot be read", "No sheet holds a list of powers or duties")
    chinese = ("按所选列无法读取清单", "没有找到权力清单或责任清单")
    for one, said, unsaid in ((desk, english, chinese), (other, chinese, english)):
        page = one.choose(batch, **dict.fromkeys("ABCDE", ""))
        assert all(words in page for words in said) and not any(words in page for words in unsaid)
        assert (batch.columns, batch.new) == ({}, 1)
    assert not AuditEntry.objects.filter(verb="list.import_choose").exists()


def test_a_workbook_of_something_else_is_still_refused(desk, city):
    page = desk.send([["序号", "单位名称", "类型", "上级单位"], [1, "甲", "部门", "乙"]])
    assert page.status_code == 200 and "No sheet holds a list" in page.content.decode()
    assert not ListImport.objects.exists()


def test_who_may_not_see_the_import_names_no_column(desk, city, cast, log_in):
    batch = desk.upload([ABOVE, HEAD, row(1, "检查")])
    address = reverse("duty_import_columns", args=[batch.pk])
    assert log_in(cast.head).post(address).status_code == 404
    assert log_in(cast.auditor).post(address).status_code in (403, 404)


def test_the_page_takes_few_queries(desk, city):
    batch = desk.upload([ABOVE, HEAD, row(1, "检查")])
    desk.choose(batch, B="title")
    few = taken(desk.client, reverse("duty_import_preview", args=[batch.pk]))
    many = desk.upload([ABOVE, HEAD, *(row(number, f"检查{number}") for number in range(40))])
    assert many.new == 40
    assert few == taken(desk.client, reverse("duty_import_preview", args=[many.pk])) <= LIMIT
