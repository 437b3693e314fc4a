"""The organization tree, collective units, and the people in it."""

from .enterprise import EnterpriseProfile
from .group import OrganizationGroup
from .imports import UnitImport, UnitImportRow
from .organization import Organization, OrganizationAlias
from .user import User

__all__ = [
    "EnterpriseProfile",
    "Organization",
    "OrganizationAlias",
    "OrganizationGroup",
    "UnitImport",
    "UnitImportRow",
    "User",
]
