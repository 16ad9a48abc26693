"""Who asks for something of the administration, and when."""

from __future__ import annotations

from service import clock
from service.admin.setup import Admin
from service.auth.guard import principal


def admin() -> Admin:
    """Whoever this request is of."""
    return Admin(principal(), clock.now())
