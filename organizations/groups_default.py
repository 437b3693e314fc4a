"""The collective units (集合单位) that the lists of 2017 use, with the ways in which they are written."""

from __future__ import annotations

from typing import NamedTuple

from .models import Organization, OrganizationGroup

Rule = OrganizationGroup.Rule


class Default(NamedTuple):
    """One collective unit: its name, other spellings, and which units it stands for."""

    name: str
    spellings: tuple[str, ...]
    rule: Rule
    argument: str = ""


DEFAULTS = (
    Default(
        "各区市政府",
        ("各区（市）政府", "各区、市政府", "各区市", "各区市人民政府"),
        Rule.KIND,
        Organization.Kind.DISTRICT,
    ),
    Default("各功能区管委会", ("各功能区", "各功能区管理委员会"), Rule.KIND, Organization.Kind.ZONE),
    Default("各镇街", ("各镇（街）", "各镇（街道）", "各镇、街道"), Rule.KIND, Organization.Kind.TOWN),
    Default("市安委会各成员单位", ("市安委会成员单位",), Rule.MEMBERS),
    Default("市安委会有关成员单位", ("市安委会各有关成员单位", "市安委会相关成员单位"), Rule.MEMBERS),
    Default(
        "市直有关部门",
        ("市有关部门", "市政府有关部门", "市直各有关部门"),
        Rule.CATEGORY,
        "市政府部门、直属机构",
    ),
    Default("有关行业主管部门", ("各有关行业主管部门", "相关行业主管部门"), Rule.REGULATORS),
    Default("有关企业", ("相关企业", "各有关企业"), Rule.ENTERPRISES),
    Default("重点监管企业", ("各重点监管企业",), Rule.KEY_ENTERPRISES),
    Default("驻青有关单位", ("中央、省驻青有关单位", "中央和省驻青有关单位"), Rule.CATEGORY, "驻青单位"),
)


def create_default_groups(*, city: Organization) -> list[OrganizationGroup]:
    """Makes those that the city lacks, by name; what an admin changed or added stays. Returns all the city has."""
    present = set(OrganizationGroup.objects.filter(city=city).values_list("name", flat=True))
    OrganizationGroup.objects.bulk_create(
        OrganizationGroup(
            city=city,
            name=default.name,
            spellings="\n".join(default.spellings),
            rule=default.rule,
            argument=default.argument,
            position=position,
        )
        for position, default in enumerate(DEFAULTS, 1)
        if default.name not in present
    )
    return list(OrganizationGroup.objects.filter(city=city))
