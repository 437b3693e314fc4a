"""The city: a commission, seventy units as Qingdao has them, towns and enterprises by size."""

from __future__ import annotations

import random
from typing import NamedTuple

from lib import creditcode
from organizations.models import EnterpriseProfile, Organization, User
from organizations.roles import Role

Kind = Organization.Kind
DISTRICTS, ZONES, DEPARTMENTS = 10, 4, 54
TOWNS_A_DISTRICT = 15
# (trade, place of its regulator among the departments)
TRADES = (("化工", 0), ("机械", 1), ("食品", 2), ("建筑", 3), ("运输", 4), ("船舶", 5), ("纺织", 1), ("商贸", 6))
FIELDS = [
    "安全", "经信", "食药", "城建", "交通", "海洋", "商务", "教育", "公安", "民政", "财政", "国土", "环保", "水利",
    "农业", "林业", "文化", "卫生", "旅游", "质监", "消防", "气象", "地震", "人防", "城管", "园林", "供销",
]  # fmt: skip
SIGNS = "海东华泰金宏安盛百利德信远恒兴隆瑞丰源胜凯达润和"


class City(NamedTuple):
    """What the plan is given to. `units` are departments, districts and zones."""

    commission: Organization
    units: list[Organization]
    departments: list[Organization]
    towns: list[Organization]
    enterprises: list[Organization]
    people: dict[str, User]


def build(name: str, size: int, dice: random.Random) -> City:
    """Organizations and four accounts of a city in which `size` assignments are plausible."""
    office = f"{name}安全生产委员会"
    commission = Organization(kind=Kind.COMMISSION, name=office, short_name=f"{name}安委会", position=1)
    _put([commission])
    bureau = Organization(
        kind=Kind.COMMISSION, name=f"{office}办公室", short_name=f"{name}安委办", parent=commission, position=2
    )
    _put([bureau])
    departments = _named(name, commission, Kind.DEPARTMENT, DEPARTMENTS, "局")
    districts = _named(name, commission, Kind.DISTRICT, DISTRICTS, "区")
    zones = _named(name, commission, Kind.ZONE, ZONES, "功能区")
    units = departments + districts + zones
    _put(units)
    count = min(TOWNS_A_DISTRICT, max(2, size // 600))
    towns = [
        Organization(kind=Kind.TOWN, name=f"{one.name}第{n}街道办事处", short_name=f"{one.short_name}{n}街道",
                     parent=one, position=100 + n)
        for one in districts for n in range(1, count + 1)
    ]  # fmt: skip
    _put(towns)
    enterprises = _enterprises(name, towns, departments, min(3000, max(20, size // 60)), dice)
    people = {
        "admin": (bureau, Role.ADMIN),
        "auditor": (commission, Role.AUDITOR),
        "department": (departments[0], Role.HEAD),
        "district": (districts[0], Role.HEAD),
        "inspector": (districts[1], Role.INSPECTOR),
        "enterprise": (enterprises[0], Role.INSPECTOR),
    }
    accounts = {
        key: User.objects.create_user(f"{name}-{key}", None, organization=unit, role=role, real_name=f"{key} {name}")
        for key, (unit, role) in people.items()
    }
    return City(commission, units, departments, towns, enterprises, accounts)


def _named(city: str, parent: Organization, kind: str, count: int, ending: str) -> list[Organization]:
    words = [f"{FIELDS[n % len(FIELDS)]}{'' if n < len(FIELDS) else '管理'}" for n in range(count)]
    if kind != Kind.DEPARTMENT:
        words = [SIGNS[n] + SIGNS[n + 1] for n in range(count)]
    return [
        Organization(kind=kind, name=f"{city}{word}{ending}", short_name=f"{word}{ending}", parent=parent,
                     is_member=kind == Kind.DEPARTMENT, position=10 + n)
        for n, word in enumerate(words)
    ]  # fmt: skip


def _enterprises(
    city: str, towns: list[Organization], departments: list[Organization], count: int, dice: random.Random
) -> list[Organization]:
    codes = random.Random(city)  # noqa: S311  (a code belongs to one enterprise of all cities)
    found = []
    for number in range(count):
        trade, place = TRADES[number % len(TRADES)]
        sign = SIGNS[number % len(SIGNS)] + SIGNS[number // len(SIGNS) % len(SIGNS)]
        found.append(
            Organization(
                kind=Kind.ENTERPRISE, name=f"{city}{sign}{trade}{number}有限公司", parent=towns[number % len(towns)],
                sector_regulator=departments[place], position=1000 + number, credit_code=_code(codes),
            )
        )  # fmt: skip
    _put(found)
    EnterpriseProfile.objects.bulk_create(
        (
            EnterpriseProfile(
                organization=one, industry=TRADES[n % len(TRADES)][0], staff=dice.randint(10, 900),
                major_hazard=n % 9 == 0,
            )
            for n, one in enumerate(found)
        ),
        batch_size=500,
    )  # fmt: skip
    return found


def _code(dice: random.Random) -> str:
    first = "91370200" + "".join(dice.choices(creditcode.ALPHABET, k=9))
    return first + creditcode.check_character(first)


def _put(rows: list[Organization]) -> None:
    """Inserts units whose superiors are there already, with their paths."""
    Organization.objects.bulk_create(rows, batch_size=500)
    for row in rows:
        row.path = f"{row.parent.path if row.parent else '/'}{row.pk}/"
    Organization.objects.bulk_update(rows, ["path"], batch_size=500)
