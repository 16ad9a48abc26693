"""What the statistics say of a newsroom, and what waits to be counted."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import select

from service import clock
from service.domain.ids import new_id
from service.domain.status import Status
from service.stats.verify import verify
from service.storage import comments, events, rollups
from service.storage.database import Session, db, reading, transaction
from service.storage.events import NewEvent
from service.storage.models import Uncounted
from tests.api.newsroom import Newsroom, bearer


def totals(newsroom: Newsroom) -> dict[str, int]:
    answer = newsroom.client.get("/v1/stats/spam", headers=bearer(newsroom.admin))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, int] = answer.get_json()["totals"]
    return found


def differences(newsroom: Newsroom) -> tuple[str, ...]:
    with newsroom.app.app_context():
        return verify(newsroom.site).differences


def queued(newsroom: Newsroom) -> int:
    with newsroom.app.app_context(), reading() as session:
        return len(session.scalars(select(Uncounted.event_id).where(Uncounted.site == newsroom.site)).all())


@contextmanager
def open_transaction(newsroom: Newsroom) -> Iterator[Session]:
    """A transaction beside those of the service; PostgreSQL has many at once."""
    with newsroom.app.app_context(), Session(db.engine) as session:
        yield session


def decided_in(session: Session, newsroom: Newsroom, comment_id: str, actor: str = "late") -> None:
    """What a decision does to a comment and the log."""
    (comment,) = comments.lock(session, newsroom.site, [comment_id])
    before, changes = comment.status, comments.Changes(newsroom.site)
    comments.set_status(session, comment, Status.SPAM, changes)
    changes.write(session)
    decision = NewEvent(
        site=newsroom.site,
        id=new_id(),
        kind="decided",
        actor=actor,
        comment_id=comment_id,
        decision_id=new_id(),
        before=before,
        after=Status.SPAM,
        version=comment.version,
        reason="",
        note="",
        detail={},
        created_at=clock.now(),
    )
    events.add(session, decision)
    session.flush()


def decide_meanwhile(newsroom: Newsroom, comment: str, version: int) -> None:
    """A decision through a connection of its own, in the middle of something."""
    with ThreadPoolExecutor(1) as other:
        assert other.submit(newsroom.decide, comment, "spam", version).result(10).status_code == 200


def outdated(newsroom: Newsroom) -> None:
    with newsroom.app.app_context(), transaction() as session:
        rollups.outdate(session, newsroom.site)
