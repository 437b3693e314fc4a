"""What was said to whom, how it reached them, and the ladder that decides when."""

from .ladder import Ladder, Reminder, Stage
from .notification import Delivery, Notification
from .preference import Preference

__all__ = ["Delivery", "Ladder", "Notification", "Preference", "Reminder", "Stage"]
