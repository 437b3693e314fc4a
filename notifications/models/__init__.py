"""What was said to whom, how it reached them, and the ladder that decides when."""

from .ladder import Audience, Ladder, Reminder, Stage, WorkYear
from .notification import Delivery, Notification
from .preference import Preference

__all__ = ["Audience", "Delivery", "Ladder", "Notification", "Preference", "Reminder", "Stage", "WorkYear"]
