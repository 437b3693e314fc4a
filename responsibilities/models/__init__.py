"""Lists of powers and duties, their items, and who holds them."""

from .imports import ListImport
from .item import Duty, LegalBasis, ResponsibilityItem, Term
from .list import ResponsibilityList

__all__ = ["Duty", "LegalBasis", "ListImport", "ResponsibilityItem", "ResponsibilityList", "Term"]
