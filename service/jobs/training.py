"""Jobs that train: each site's filter learns what its moderators decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from service import clock
from service.spam import learning

if TYPE_CHECKING:
    from service.web.context import Services


def learn(_services: Services, _payload: Mapping[str, Any]) -> None:
    """Learns the decisions since the last time, of every site that has some."""
    learning.learn_everywhere()


def rebuild_models(_services: Services, _payload: Mapping[str, Any]) -> None:
    """Builds each site's model anew, once a day, from the decisions in the log."""
    learning.rebuild_everywhere(clock.now())
