"""`seed`: many comments at once leave the tables as one by one would."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select

from service import clock
from service.cli import seed, seed_plan
from service.comments.storing import body_hash, searchable
from service.domain.markup import render_html
from service.domain.status import Status
from service.privacy.vault import Vault
from service.storage import search_index
from service.storage.comments import Changes, set_status
from service.storage.database import reading, transaction
from service.storage.models import Author, Comment, Page
from service.web.context import services
from tests.cli.conftest import Run

PAGE = "https://news.example/article"
NUMBER = 500
V7 = re.compile(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}")


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed_plan, "BATCH", 200)


def _seed(run: Run, *more: str, page: str = PAGE, comments: int = NUMBER) -> None:
    run("seed", "--site", "paper", "--page", page, "--comments", str(comments), *more)


def _comments(app: Flask) -> list[Comment]:
    with app.app_context(), reading() as session:
        return list(session.scalars(select(Comment).order_by(Comment.id)))


def _pages(app: Flask) -> dict[str, Page]:
    with app.app_context(), reading() as session:
        return {page.id: page for page in session.scalars(select(Page))}


def _authors(app: Flask) -> dict[str, Author]:
    with app.app_context(), reading() as session:
        return {author.id: author for author in session.scalars(select(Author))}


def _check_tree(comments: list[Comment]) -> None:
    by_id = {comment.id: comment for comment in comments}
    replies: Counter[str | None] = Counter(c.parent_id for c in comments if c.listed)
    for comment in comments:
        assert comment.reply_to_id == comment.parent_id
        assert comment.listed_replies == replies[comment.id]
        if comment.parent_id is None:
            assert (comment.root_id, comment.depth) == (None, 0)
            continue
        parent = by_id[comment.parent_id]
        assert parent.page_id == comment.page_id
        assert comment.depth == parent.depth + 1
        assert comment.root_id == (parent.root_id or parent.id)
        assert comment.created_at > parent.created_at


def _check_counters(app: Flask, comments: list[Comment]) -> None:
    by_page = Counter(c.page_id for c in comments if c.status is Status.APPROVED)
    for page in _pages(app).values():
        assert (page.approved, page.version) == (by_page[page.id], by_page[page.id])
    for author in _authors(app).values():
        for status in Status:
            counted = sum(c.author_id == author.id and c.status is status for c in comments)
            assert getattr(author, status.value) == counted


@pytest.mark.parametrize("status", ["approved", "pending"])
def test_trees_and_counters_are_what_recounting_finds(app: Flask, run: Run, status: str) -> None:
    _seed(run, "--status", status)
    comments = _comments(app)
    assert len(comments) == NUMBER
    assert {c.status.value for c in comments} == {status}
    approved = status == "approved"
    assert {(c.version, c.listed) for c in comments} == {(2 if approved else 1, approved)}
    assert {c.depth for c in comments} == {0, 1, 2, 3}
    _check_tree(comments)
    _check_counters(app, comments)


def test_deciding_about_seeded_comments_keeps_everything_true(app: Flask, run: Run) -> None:
    _seed(run)
    with app.app_context(), transaction() as session:
        changes = Changes("paper")
        for comment in session.scalars(select(Comment).order_by(Comment.id).limit(200)):
            set_status(session, comment, Status.SPAM, changes)
        changes.write(session)
    comments = _comments(app)
    by_id = {comment.id: comment for comment in comments}
    for comment in comments:
        below = sum(c.listed and c.parent_id == comment.id for c in by_id.values())
        assert comment.listed_replies == below
        assert comment.listed == (comment.status is Status.APPROVED or below > 0)
    assert [page.approved for page in _pages(app).values()] == [NUMBER - 200]


def test_each_comment_is_as_if_it_had_been_sent(app: Flask, run: Run) -> None:
    _seed(run, comments=60)
    authors = _authors(app)
    lengths = []
    with app.app_context():
        vault = Vault(services().keyring)
        for comment in _comments(app):
            assert comment.body_html == render_html(comment.body)
            assert comment.body_fingerprint == body_hash(services(), "paper", comment.body)
            assert comment.search_text == searchable(comment.name, comment.body)
            assert comment.name == authors[comment.author_id].name
            lengths.append(len(comment.body))
        for author in authors.values():
            email = vault.open(author.email_ciphertext, "paper", author.id)
            assert re.fullmatch(r"seeded-\d{5}@reader\.example\.org", email)
    assert 230 < sum(lengths) / len(lengths) < 330
    written = "".join(c.body for c in _comments(app))
    assert all(letter in written for letter in "eşہ")


def test_ids_are_uuids_of_their_time_in_the_past(app: Flask, run: Run) -> None:
    before = datetime.now(UTC)
    _seed(run)
    comments = _comments(app)
    assert all(V7.fullmatch(comment.id) for comment in comments)
    times = [comment.created_at for comment in comments]
    assert times == sorted(times)
    assert [int(c.id[:12], 16) for c in comments] == [int(c.created_at.timestamp() * 1000) for c in comments]
    assert times[-1] <= datetime.now(UTC)
    assert before - times[0] >= timedelta(seconds=30) * (NUMBER - 1) - timedelta(seconds=60)


def test_the_same_seed_gives_the_same_comments(app: Flask, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 3, 7, 9, 30, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    made = []
    for _ in range(2):
        _seed(run, comments=50)
        made.append([(c.id, c.body, c.author_id) for c in _comments(app)])
        with app.app_context(), transaction() as session:
            for table in (Comment, Author, Page):
                session.query(table).delete()
            search_index.forget(session, "paper", [comment_id for comment_id, _, _ in made[-1]])
    assert made[0] == made[1]


def test_seeding_twice_adds(app: Flask, run: Run) -> None:
    _seed(run)
    _seed(run, "--status", "pending")
    comments = _comments(app)
    assert len(comments) == 2 * NUMBER
    _check_tree(comments)
    _check_counters(app, comments)
    assert len(_pages(app)) == 1


def test_comments_spread_over_all_pages(app: Flask, run: Run) -> None:
    _seed(run, "--pages", "7", page=f"{PAGE}?id=3")
    pages = _pages(app)
    assert sorted(page.key for page in pages.values()) == [f"{PAGE}?id=3-{n}" for n in range(1, 8)]
    assert min(page.approved for page in pages.values()) > NUMBER / 7 / 2
    comments = _comments(app)
    _check_tree(comments)
    _check_counters(app, comments)
    assert max(comment.depth for comment in comments) == 3


def _get(app: Flask, page: str, **query: object) -> dict[str, Any]:
    asked = "".join(f"&{name}={value}" for name, value in query.items())
    answer = app.test_client().get(f"/v1/comments?site=paper&page={quote(page, safe='')}{asked}")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.data)
    return found


def _shown(app: Flask, page: str) -> set[str]:
    """The ids of all comments that a reader who turns every page over sees."""
    seen: list[str] = []

    def collect(comments: list[dict[str, Any]]) -> None:
        for comment in comments:
            seen.append(comment["id"])
            collect(comment["replies"])
            more = comment["more_replies"]
            while more:
                part = _get(app, page, cursor=more, limit=200)
                collect(part["comments"])
                more = part["next"]

    following = ""
    while following is not None:
        part = _get(app, page, limit=100, **({"cursor": following} if following else {}))
        collect(part["comments"])
        following = part["next"]
    assert len(seen) == len(set(seen))
    return set(seen)


def test_the_thread_shows_all_of_them(app: Flask, run: Run) -> None:
    _seed(run)
    assert _get(app, PAGE)["page"]["count"] == NUMBER
    assert _shown(app, PAGE) == {comment.id for comment in _comments(app)}


def test_pending_ones_are_not_shown(app: Flask, run: Run) -> None:
    _seed(run, "--status", "pending")
    assert _get(app, PAGE) == {
        "page": {"key": PAGE, "count": 0, "open": True, "mail": False},
        "comments": [],
        "next": None,
    }


def test_a_seed_that_is_cut_off_leaves_whole_batches(
    app: Flask, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, calls = seed.seeding.store, []

    def twice(*arguments: Any) -> None:
        calls.append(arguments)
        store(*arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(seed.seeding, "store", twice)
    arguments = ["seed", "--site", "paper", "--page", PAGE, "--comments", str(NUMBER)]
    assert app.test_cli_runner().invoke(args=arguments).exit_code == 1
    comments = _comments(app)
    assert len(comments) == 400
    _check_tree(comments)
    _check_counters(app, comments)


def test_many_pages_and_few_comments(app: Flask, run: Run) -> None:
    _seed(run, "--pages", "300", comments=250)
    with app.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(Comment)) == 250
    _check_counters(app, _comments(app))


REFUSED: list[tuple[list[str], str]] = [
    (["--site", "nowhere", "--page", PAGE, "--comments", "5"], "no site nowhere"),
    (["--site", "paper", "--page", "http://", "--comments", "5"], "https://"),
    (["--site", "paper", "--page", PAGE, "--comments", "0"], "--comments"),
    (["--site", "paper", "--page", PAGE, "--comments", "5", "--status", "spam"], "--status"),
    (["--site", "paper", "--page", PAGE], "--comments"),
]


def test_what_cannot_be_seeded_is_explained(refused: Callable[..., str]) -> None:
    for arguments, said in REFUSED:
        assert said in refused("seed", *arguments)
