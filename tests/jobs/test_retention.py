"""What is too old is forgotten, and nothing else is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from service.domain.ids import new_id
from service.domain.page import canonical_page
from service.domain.role import Role, Stage
from service.domain.status import Status
from service.jobs import retention
from service.jobs.worker import Worker
from service.settings import Policy
from service.storage import authors, comments, pages, sites
from service.storage.database import reading, transaction
from service.storage.models import Account, Comment, IdempotencyRecord, LoginSession, Vote
from service.web.context import services
from tests.jobs.conftest import Hands

HASH = "a" * 32


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 3)


def _comments_from(moments: list[datetime]) -> None:
    with transaction() as session:
        site = sites.SiteProfile("paper", "Paper", "en", Policy.HOLD_ALL, (), 900, frozenset())
        sites.add(session, site, moments[0])
        page_id = pages.obtain(session, "paper", canonical_page("https://news.example/a"), "", moments[0])
        new = authors.NewAuthor(new_id(), "paper", HASH, b"closed", "Ayşe")
        author = authors.obtain(session, new, moments[0])
        changes = comments.Changes("paper")
        for moment in moments:
            comment = _comment(page_id, author.id, moment)
            comments.count_in(comment, changes)
            comments.add(session, comment)
        changes.write(session)


def _comment(page_id: str, author_id: str, moment: datetime) -> Comment:
    return Comment(
        site="paper",
        id=new_id(),
        page_id=page_id,
        author_id=author_id,
        depth=0,
        status=Status.PENDING,
        name="Ayşe",
        website="",
        body="Hello",
        body_html="<p>Hello</p>",
        body_fingerprint=HASH,
        search_text="hello",
        score=0.0,
        address_fingerprint=HASH,
        created_at=moment,
    )


def _with_address() -> list[datetime]:
    with reading() as session:
        kept = select(Comment.created_at).where(Comment.address_fingerprint.is_not(None))
        return sorted(session.scalars(kept))


def test_the_address_of_a_comment_is_forgotten_after_thirty_days(app: Flask, hands: Hands) -> None:
    ages = [timedelta(days=days) for days in (400, 90, 60, 45, 40, 35, 31)]
    just_too_old, just_kept = timedelta(days=30, seconds=1), timedelta(days=30)
    _comments_from([hands.now - age for age in (*ages, just_too_old, just_kept, timedelta(days=1))])
    Worker(services()).run_once()
    assert _with_address() == [hands.now - just_kept, hands.now - timedelta(days=1)]


def test_votes_keep_who_voted(app: Flask, hands: Hands) -> None:
    _comments_from([hands.now - timedelta(days=60)])
    with transaction() as session:
        comment_id = session.scalars(select(Comment.id)).one()
        old = hands.now - timedelta(days=59)
        session.add(Vote(site="paper", comment_id=comment_id, voter=HASH, value=1, created_at=old))
    Worker(services()).run_once()
    with reading() as session:
        assert session.scalars(select(Vote.voter)).all() == [HASH]


def test_idempotency_keys_go_when_they_have_expired(app: Flask, hands: Hands) -> None:
    seconds_left = [-7200, -60, -50, -40, -30, -20, 0, 1, 3600]
    with transaction() as session:
        for number, left in enumerate(seconds_left):
            until = hands.now + timedelta(seconds=left)
            session.add(
                IdempotencyRecord(
                    site="paper", key=f"{number:032}", request=HASH, answer={"id": "1"}, expires_at=until
                )
            )
    Worker(services()).run_once()
    with reading() as session:
        left_over = sorted(session.scalars(select(IdempotencyRecord.expires_at)))
    assert left_over == [hands.now + timedelta(seconds=1), hands.now + timedelta(hours=1)]


def test_sessions_go_when_they_are_too_old_for_anything(app: Flask, hands: Hands) -> None:
    now = hands.now
    with transaction() as session:
        session.add(
            Account(id=HASH, login="anna", password_hash="-", role=Role.MODERATOR, sites=None, created_at=now)
        )
        session.flush()
        for number, hours in enumerate((13, 12, 11.99, 0, 20, 30, 40)):
            began = now - timedelta(hours=hours)
            row = LoginSession(
                digest=f"{number}", account_id=HASH, stage=Stage.FULL, created_at=began, seen_at=began
            )
            session.add(row)
    Worker(services()).run_once()
    with reading() as session:
        assert sorted(session.scalars(select(LoginSession.digest))) == ["2", "3"]
