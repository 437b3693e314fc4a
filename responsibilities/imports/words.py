"""The words by which a sheet of duties is understood: column heads, kinds of list, footers. A leaf."""

from __future__ import annotations

import re

from responsibilities.states import ListKind

# field → how offices head that column
WORDS: dict[str, tuple[str, ...]] = {
    "number": ("序号", "编号", "项目编号", "事项编码", "No"),
    "title": (
        "职责事项", "权力事项", "责任事项", "权责事项", "事项名称", "职权名称", "权力名称", "职责内容", "工作职责",
        "职责", "事项", "主要职责", "具体职责", "责任内容", "项目名称", "权责名称",
    ),
    "category": ("职责类别", "类别", "权力类别", "权力类型", "事项类别", "事项类型", "职权类别", "责任类别", "类型"),
    "legal_bases": (
        "法律依据", "依据", "设定依据", "法定依据", "实施依据", "职责依据", "法律法规依据", "政策依据", "权力依据",
    ),
    "office": (
        "责任处室", "责任科室", "承办处室", "承办科室", "承办机构", "责任部门", "实施机构", "处室", "科室", "承办单位",
        "责任机构", "责任科(处)室",
    ),
    "post": ("责任人岗位", "责任人", "责任岗位", "岗位", "职务", "责任人职务", "责任人员", "岗位职务"),
    "method": ("履职方式", "方式", "履职方法", "工作方式", "落实方式", "履职措施", "检查方式"),
    "frequency": ("履职频次", "频次", "频率", "履职频率", "工作频次", "检查频次"),
    "accountability": ("追责情形", "追责情形及依据", "问责情形", "责任追究", "追责", "追究责任情形", "失职情形"),
    "list": ("清单类型", "清单名称", "清单", "清单类别", "所属清单"),
    "unit": ("单位", "部门", "责任单位", "部门名称", "单位名称", "主管部门", "编制单位", "实施主体"),
}  # fmt: skip
NEEDED = ("title",)
SUPPORT = ("legal_bases", "post", "office", "accountability", "frequency", "method")  # two of them make it a list

KIND_OF_NAME = {
    "权力清单": ListKind.POWERS,
    "职权清单": ListKind.POWERS,
    "权力": ListKind.POWERS,
    "行政权力清单": ListKind.POWERS,
    "责任清单": ListKind.DUTIES,
    "职责清单": ListKind.DUTIES,
    "责任": ListKind.DUTIES,
    "职责": ListKind.DUTIES,
}
NAME_OF_KIND = {ListKind.POWERS: "权力清单", ListKind.DUTIES: "责任清单"}

LIMITS = {
    "number": 20, "title": 300, "category": 60, "office": 100, "post": 60, "method": 300, "frequency": 100,
    "accountability": 500,
}  # fmt: skip
FOOTER = re.compile(
    r"^(合计|小计|总计|共计|注|备注|说明|填表|填报|制表|审核|联系人|联系电话|填制)([人单位日期]*)?\s*[:：]|^(合计|小计|总计|共计)$"
)
SECTION = re.compile(
    r"^(?:第?[一二三四五六七八九十\d]+(?:部分)?\s*[、.．：:]\s*|[（(][一二三四五六七八九十\d]+[)）]\s*)?(.{0,20}?(?:权力|职权|责任|职责)清单)\s*$"
)


def kind_of(text: str) -> ListKind | None:
    """The kind of list that a word, a section row or a title names; None where it names both or neither."""
    powers, duties = bool(re.search("(?:权力|职权)清单", text)), bool(re.search("(?:责任|职责)清单", text))
    if powers != duties:
        return ListKind.POWERS if powers else ListKind.DUTIES
    return KIND_OF_NAME.get(text) if not powers else None
