"""Work outside a request: scheduled runs, and work that somebody ordered."""

from .slot import ScheduledSlot
from .work import Work

__all__ = ["ScheduledSlot", "Work"]
