"""The service that the browser tests look at, with the words of readers and moderators as integrators send them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from tests.backing.client import Answer, Client
from tests.backing.service import RunningService


class Service(RunningService):
    """A running service of our own; `start` it before, `remove` it after."""

    def __init__(self, **settings: str) -> None:
        super().__init__({"BELOWLINE_LIMITS": "off", "BELOWLINE_WORKERS": "1", **settings})

    @property
    def url(self) -> str:
        return self.base_url

    def post(self, page: str, body: str, **fields: str) -> Answer:
        """A reader's comment, sent as the widget sends it."""
        sent = {"site": "demo", "page": page, "name": "Reader", "email": "reader@example.org", "body": body}
        return self.client().post("/v1/comments", sent | fields)

    def thread(self, page: str) -> dict[str, Any]:
        """What everybody may read under a page."""
        query = urlencode({"site": "demo", "page": page})
        found: dict[str, Any] = self.client().get(f"/v1/comments?{query}").json()
        return found

    def moderated(self, comment_id: str) -> dict[str, Any]:
        """A comment as moderators see it."""
        found: dict[str, Any] = self._moderator().get(f"/v1/moderation/comments/{comment_id}").json()
        return found

    def queue(self, page: str) -> list[dict[str, Any]]:
        """The comments of a page that await review, oldest first."""
        query = urlencode({"site": "demo", "page": page, "status": "pending", "limit": 200})
        found: list[dict[str, Any]] = (
            self._moderator().get(f"/v1/moderation/comments?{query}").json()["comments"]
        )
        return found

    def approve_all(self, page: str) -> int:
        """Approves what awaits review on a page, one by one as the version demands; returns how many."""
        return self.decide_all(page, "approve")

    def reject_all(self, page: str) -> int:
        """Rejects what awaits review on a page; returns how many."""
        return self.decide_all(page, "reject")

    def decide_all(self, page: str, decision: str) -> int:
        """Decides on what awaits review on a page; returns on how many."""
        waiting, moderator = self.queue(page), self._moderator()
        for comment in waiting:
            path = f"/v1/moderation/comments/{comment['id']}/decision"
            seen = {"If-Match": f'"{comment["version"]}"'}
            answer = moderator.post(path, {"decision": decision}, seen)
            assert answer.status == 200, answer.body
        return len(waiting)

    def approve_at_once(self, page: str) -> int:
        """Approves what awaits review on a page in one decision; returns how many."""
        which, moderator = {"site": "demo", "page": page, "status": "pending"}, self._moderator()
        total = moderator.get(f"/v1/moderation/comments?{urlencode(which)}").json()["total"]
        decision = {"decision": "approve", "where": which, "expect": total}
        answer = moderator.post("/v1/moderation/decisions", decision)
        assert answer.status == 200, answer.body
        return int(answer.json()["decided"])

    def _moderator(self) -> Client:
        return self.client(self.credentials()["moderator_token"])


@contextmanager
def running() -> Iterator[Service]:
    """A service that is there inside the block."""
    service = Service()
    try:
        service.start()
        yield service
    finally:
        service.remove()
