"""A return whose rows are set in two columns of the sheet."""

import pytest

from tasks.models import ProgressEntry

from .return_desk import Desk

HEAD = ["序号", "重点任务", "进展情况", "完成数量"]


@pytest.fixture
def desk(owed, cast, log_in):
    return Desk(log_in(cast.admin))


def test_both_sides_are_read_and_each_row_says_where_it_stands(desk):
    batch = desk.upload(
        ["填报单位：市安监局"],
        [*HEAD, "", *HEAD],
        [1, "开展企业安全体检", "又查 56 家", 156, "", 2, "起草实施文件", "已起草", None],
        ["", "", "", "", "", 1, "开展企业安全体检", "再写一遍", 160],
    )
    page = desk.see(batch)
    assert (batch.added, batch.refused) == (2, 1)
    assert '<td class="num">3</td>' in page and '<td class="num">3 · F</td>' in page
    assert "Header on row 2<" in page and "Header on row 2 · F<" in page, "each side has its own drop-downs"
    assert "Row 4 · F “序号”" in page and "Row 3 is about the same task" in page
    desk.press("return_commit", batch)
    assert set(ProgressEntry.objects.values_list("what", flat=True)) >= {"又查 56 家", "已起草"}
