"""Log-in: active people of active organizations."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from .models import User


class ActiveStaffBackend(ModelBackend):
    """Django's own check, with the organization fetched along (every page shows it)."""

    def user_can_authenticate(self, user: Any) -> bool:
        """False for a disabled person and for one whose organization was dissolved."""
        return bool(user.is_active and user.organization.is_active)

    def get_user(self, user_id: int) -> Any:
        """The person of a session, or None (logged out) once disabled; the unit above saves the office a query."""
        user = User.objects.select_related("organization__parent").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
