"""The people of the demo: a head and an inspector in every unit, one contact in every enterprise.

They are invented; the same units give the same people. An account name that is taken already stays whose it is.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from random import Random

from django.contrib.auth.hashers import make_password

from lib import bulk
from organizations.demo_accounts import DEMO_PASSWORD
from organizations.models import Organization, User
from organizations.roles import Role

from . import dice
from .names import GIVEN, POSTS, SLUGS, SURNAMES

Kind = Organization.Kind
OFFICE, COMMISSION = "市安委会办公室", "市安委会"
# Units with more than one inspector, because they lead so much.
INSPECTORS = {"市安监局": 4, OFFICE: 3, "市公安局": 2, "市交通运输委": 2, "市城乡建设委": 2, "市城市管理局": 2}


class Cast:
    """Who acts for a unit."""

    def __init__(self, people: Iterable[User]) -> None:
        self._of: dict[int, dict[str, list[User]]] = defaultdict(lambda: defaultdict(list))
        for person in people:
            self._of[person.organization_id][person.role].append(person)

    def worker(self, organization: int, rng: Random) -> User | None:
        """One of those who log progress there; None where the unit has nobody."""
        found = self._of[organization][Role.INSPECTOR] or self._of[organization][Role.HEAD]
        return rng.choice(found) if found else None

    def staff(self, organization: int) -> User | None:
        """The first of those who log progress there."""
        found = self._of[organization][Role.INSPECTOR] or self._of[organization][Role.HEAD]
        return found[0] if found else None

    def head(self, organization: int) -> User | None:
        """The first head there, otherwise whoever logs progress."""
        found = self._of[organization][Role.HEAD]
        return found[0] if found else self.staff(organization)

    def signer(self, organizations: Iterable[int | None], but: User) -> User | None:
        """The first head (or admin) of those organizations who is somebody else."""
        for organization in organizations:
            if organization is None:
                continue
            staff = self._of[organization]
            for person in staff[Role.HEAD] + staff[Role.ADMIN]:
                if person.pk != but.pk:
                    return person
        return None


class _Register:
    """Draws names and numbers that nobody else has."""

    def __init__(self, joined: datetime.datetime) -> None:
        self._names = dice("names").sample([family + given for family in SURNAMES for given in GIVEN], 1200)
        self._password = make_password(DEMO_PASSWORD)
        self._joined = joined
        self.made: list[User] = []

    def add(self, username: str, unit: Organization, role: str, post: str) -> None:
        serial = len(self.made)
        self.made.append(
            User(
                username=username,
                real_name=self._names[serial % len(self._names)],
                organization=unit,
                role=role,
                post=post,
                phone=f"0532-{85910000 + 7 * serial}",
                email=f"{username}@qingdao.example",
                password=self._password,
                date_joined=self._joined,
            )
        )


def hire(units: list[Organization], joined: datetime.datetime) -> list[User]:
    """Creates the accounts that are missing, in the order of `units`; enterprises with duties first."""
    register = _Register(joined)
    for unit in units:
        if unit.short_name == COMMISSION:
            register.add("auditor", unit, Role.AUDITOR, "巡查组 组长")
        if unit.short_name == OFFICE:
            register.add("admin", unit, Role.ADMIN, "综合协调处 处长")
        if _is_office(unit):
            _office(register, unit)
    for serial, unit in enumerate((unit for unit in units if not _is_office(unit)), 1):
        posts = POSTS["enterprise"][1]
        register.add(f"enterprise-{serial}", unit, Role.INSPECTOR, posts[serial % len(posts)])
    taken = set(User.objects.values_list("username", flat=True))
    made = bulk.insert([person for person in register.made if person.username not in taken])
    User.objects.filter(pk__in=[person.pk for person in made]).update(date_joined=joined)  # not the day of the insert
    return made


def _is_office(unit: Organization) -> bool:
    """False for the enterprises of the register; the city's own groups (port, metro) are staffed like departments."""
    return unit.kind != Kind.ENTERPRISE or unit.short_name in SLUGS


def _office(register: _Register, unit: Organization) -> None:
    """A head and the inspectors of a unit; their account names end with the unit's."""
    slug = SLUGS.get(unit.short_name) or f"unit-{unit.position}"
    heads, inspectors = POSTS.get(unit.kind, POSTS["department"])
    turn = len(register.made)
    register.add(f"head-{slug}", unit, Role.HEAD, heads[turn % len(heads)])
    for number in range(1, INSPECTORS.get(unit.short_name, 1) + 1):
        name = f"inspector-{slug}" if number == 1 else f"inspector-{slug}-{number}"
        register.add(name, unit, Role.INSPECTOR, inspectors[(turn + number) % len(inspectors)])
