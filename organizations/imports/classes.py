"""The offices' classes of units and what they are in the tree; a class itself is kept as the unit's category."""

from __future__ import annotations

from organizations.models import Organization

_Kind = Organization.Kind
CLASSES = {
    "议事协调机构": _Kind.COMMISSION,
    "安委会办公室": _Kind.COMMISSION,
    "党委部门": _Kind.DEPARTMENT,
    "司法机关": _Kind.DEPARTMENT,
    "市政府部门": _Kind.DEPARTMENT,
    "直属机构": _Kind.DEPARTMENT,
    "群团组织": _Kind.DEPARTMENT,
    "驻青单位": _Kind.DEPARTMENT,
    "市属企业": _Kind.ENTERPRISE,
    "区市政府": _Kind.DISTRICT,
    "功能区": _Kind.ZONE,
    "镇街": _Kind.TOWN,
    "社区": _Kind.COMMUNITY,
    "村居": _Kind.COMMUNITY,
}
