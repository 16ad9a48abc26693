"""Whatever happens in whatever order, counters and tombstones are what the rows say."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from sqlalchemy import select

from service.domain.status import Status
from service.settings import Policy
from service.storage.database import reading
from service.storage.models import Author, Comment, Page
from tests.api.newsroom import ORIGIN, Newsroom, bearer, open_newsroom

STEPS = 120


def act(newsroom: Newsroom, chance: random.Random, sent: dict[str, tuple[str, str]]) -> None:
    """One call that a reader, an author or a moderator may make; most are accepted."""
    kind = chance.choice(["submit", "submit", "reply", "decide", "decide", "edit", "delete", "bulk", "undo"])
    some = chance.choice([*sent, ""])
    page = f"{ORIGIN}/{chance.randrange(2)}"
    if kind == "submit" or not some:
        remember(sent, page, newsroom.submit(page=page, email=f"r{chance.randrange(4)}@mail.example.org"))
    elif kind == "reply":
        page = sent[some][0]
        email = f"r{chance.randrange(4)}@mail.example.org"
        remember(sent, page, newsroom.submit(page=page, parent=some, email=email))
    elif kind == "decide":
        version = newsroom.moderation(f"comments/{some}").get_json()["version"]
        newsroom.decide(some, chance.choice(["approve", "approve", "reject", "spam", "delete"]), version)
    elif kind in ("edit", "delete"):
        method = {"edit": "PATCH", "delete": "DELETE"}[kind]
        author = {"Authorization": f"Author {sent[some][1]}"}
        newsroom.client.open(f"/v1/comments/{some}", method=method, json={"body": "again"}, headers=author)
    elif kind == "bulk":
        ids = chance.sample(sorted(sent), min(5, len(sent)))
        many = {"decision": chance.choice(["approve", "reject"]), "ids": ids}
        newsroom.client.post("/v1/moderation/decisions", json=many, headers=bearer(newsroom.moderator))
    else:
        events = newsroom.moderation("events", kind="decided").get_json()["events"]
        if events:
            undo = f"/v1/moderation/undo/{chance.choice(events)['decision']}"
            newsroom.client.post(undo, headers=bearer(newsroom.moderator))


def remember(sent: dict[str, tuple[str, str]], page: str, answer: object) -> None:
    parsed = answer.get_json()  # type: ignore[attr-defined]
    if "comment" in parsed:
        sent[parsed["comment"]["id"]] = (page, parsed["author_token"])


def check(newsroom: Newsroom) -> None:
    with newsroom.app.app_context(), reading() as session:
        rows = session.scalars(select(Comment).where(Comment.site == newsroom.site)).all()
        pages = session.scalars(select(Page).where(Page.site == newsroom.site)).all()
        authors = session.scalars(select(Author).where(Author.site == newsroom.site)).all()
    approved = Counter(row.page_id for row in rows if row.status is Status.APPROVED)
    assert {page.id: page.approved for page in pages} == {page.id: approved[page.id] for page in pages}
    by_author = Counter((row.author_id, row.status) for row in rows)
    for author in authors:
        kept = {status: getattr(author, status.value) for status in Status}
        assert kept == {status: by_author[author.id, status] for status in Status}
    listed_replies = Counter(row.parent_id for row in rows if row.listed)
    for row in rows:
        assert row.listed_replies == listed_replies[row.id]
        assert row.listed == (row.status is Status.APPROVED or row.listed_replies > 0)


@pytest.mark.parametrize("seed", range(2))
def test_any_history_leaves_true_counters(newsroom: Newsroom, seed: int) -> None:
    chance = random.Random(seed)
    policy = chance.choice([Policy.HOLD_ALL, Policy.PUBLISH_ALL])
    room = open_newsroom(newsroom.app, policy=policy)
    sent: dict[str, tuple[str, str]] = {}
    for _ in range(STEPS):
        act(room, chance, sent)
    check(room)
    assert len(sent) > 20
