"""`manage.py create_admin NAME`: the first admin of a new installation, or a way back in for the operator."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from lib import clock
from organizations.actions import people
from organizations.models import Organization


class Command(BaseCommand):
    """Opens an admin's account in the commission's office and prints its one-time password, once."""

    help = "Opens an admin's account in the commission's office and prints a one-time password."

    def add_arguments(self, parser: CommandParser) -> None:
        """NAME is the account; the real name and the unit may be said as well."""
        parser.add_argument("name", help="account name, such as wang.wei")
        parser.add_argument("--real-name", default="", help="real name (default: the account name)")
        parser.add_argument("--unit", default="", help="full or short name of a unit of the commission")

    def handle(self, *args: Any, name: str, real_name: str, unit: str, **options: Any) -> None:
        """Raises CommandError, with nothing written, where the account or the unit does not fit."""
        office = self._office(unit)
        try:
            user, password = people.open_admin(
                username=name, real_name=real_name or name, organization=office, at=clock.now()
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stderr.write(
            _("Admin %(name)s of %(unit)s. The one-time password follows; it must be changed at the first login.")
            % {"name": user.username, "unit": office.name}
        )
        self.stdout.write(password)

    def _office(self, unit: str) -> Organization:
        offices = Organization.objects.active().filter(kind=Organization.Kind.COMMISSION)
        if not unit:
            # The office below the commission does the work; a commission without one is its own office.
            found = list(offices.filter(parent__kind=Organization.Kind.COMMISSION) or offices)
            if len(found) == 1:
                return found[0]
            if not found:
                raise CommandError(_("There is no commission yet. Run import_organizations or seed_plan first."))
        else:
            found = list(offices.named(unit))
            if len(found) == 1:
                return found[0]
        choices = "、".join(offices.values_list("name", flat=True))
        raise CommandError(_("Name the unit with --unit. There are: %(names)s") % {"names": choices})
