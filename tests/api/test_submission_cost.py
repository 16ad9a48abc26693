"""What a comment costs the database: as much among many comments as among few, and few round trips."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select

from service.comments import submit
from service.comments.looking import Looked
from service.settings import Policy
from service.storage import pages, planner
from service.storage.database import db, reading, transaction
from service.storage.models import Page
from tests.api.newsroom import ORIGIN, Newsroom, open_newsroom

Statement = tuple[str, Any]

MANY = 300
#: Counting what came lately ends at a hundred; walking through all that is approved would take thousands.
MORE = {"sqlite": 600, "postgresql": 120}


@pytest.fixture
def public(app: Flask) -> Iterator[Newsroom]:
    """A site that publishes all that comes."""
    with app.app_context():
        yield open_newsroom(app, policy=Policy.PUBLISH_ALL)


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """The statements that ran, with their parameters."""
    ran: list[Statement] = []

    def keep(_connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        ran.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", keep)
    try:
        yield ran
    finally:
        event.remove(db.engine, "before_cursor_execute", keep)


def looks_of(room: Newsroom) -> list[Statement]:
    """What a submission looks at before it is stored."""
    with recorded() as ran:
        room.pending(name="Somebody else", page=f"{ORIGIN}/quiet")
    return [one for one in ran if one[0].startswith("SELECT")]


def work_of(look: Statement) -> int:
    """What the database does for a look: steps of SQLite's machine, or blocks that PostgreSQL takes."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return _steps(connection, look)
        plan = [
            str(row[0])
            for row in connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {look[0]}", look[1])
        ]
        blocks = next(
            (line for line in plan if "Buffers:" in line), ""
        )  # of the outermost part, which is the sum
        return sum(map(int, re.findall(r"(?:hit|read)=(\d+)", blocks)))


def _steps(connection: Connection, look: Statement) -> int:
    raw: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    raw.set_progress_handler(count, 1)
    try:
        raw.execute(*look).fetchall()
    finally:
        raw.set_progress_handler(None, 0)
    return steps


def test_a_comment_costs_the_same_among_many(public: Newsroom) -> None:
    few = sum(map(work_of, looks_of(public)))
    for number in range(MANY):
        public.pending(name=f"Reader {chr(97 + number % 26)}{number}", page=f"{ORIGIN}/{number % 7}")
    with transaction() as session:  # as the job does in a newsroom's first seconds
        if tables := planner.new_tables(session):
            planner.look_at(session, tables)
    many = sum(map(work_of, looks_of(public)))
    assert few > 0
    assert many < few + MORE[db.engine.dialect.name]


def test_a_comment_with_all_that_belongs_to_it_is_one_statement_on_postgresql(public: Newsroom) -> None:
    public.pending(page=f"{ORIGIN}/quiet")
    with recorded() as ran:
        public.pending(page=f"{ORIGIN}/quiet")
    writing = [statement.split(maxsplit=1)[0] for statement, _ in ran if not statement.startswith("SELECT")]
    # SQLite's go to the driver, a call of a function away, where nobody records them
    assert writing == (["WITH"] if db.engine.dialect.name == "postgresql" else [])


def test_first_comments_of_one_author_at_the_same_moment_have_one(
    public: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever finds the author new, and not so any more when it is stored; nor need it be seen from outside by then."""
    email = "twice@mail.example.org"
    looked = submit.look  # type: ignore[attr-defined]
    others: list[str] = []

    def look(*asked: Any) -> Looked:
        found = looked(*asked)
        if not others:
            others.append("")  # only once
            others[0] = public.pending(email=email, body="The other one was quicker.")
            return found
        return replace(found, gathered=replace(found.gathered, author=None))

    monkeypatch.setattr(submit, "look", look)
    mine = public.pending(email=email, body="I was first, and then I was not.")
    authors = {public.moderation(f"comments/{one}").get_json()["author"]["id"] for one in (mine, *others)}
    assert len(authors) == 1
    assert public.moderation(f"comments/{mine}").get_json()["author"]["approved"] == 2


def test_many_first_comments_of_one_author_at_once_are_all_taken(public: Newsroom) -> None:
    def send(number: int) -> str:
        return public.pending(email=f"eager{number // 8}@mail.example.org", body=f"Thought number {number}.")

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(send, range(64)))
    authors = Counter(public.moderation(f"comments/{one}").get_json()["author"]["id"] for one in ids)
    assert list(authors.values()) == [8] * 8


def test_what_is_counted_twice_in_a_transaction_counts_twice(public: Newsroom) -> None:
    """The parts of one statement would not see each other: PostgreSQL would leave the second out."""
    public.pending(page=f"{ORIGIN}/quiet")
    with transaction() as session:
        page = session.scalars(select(Page).where(Page.site == public.site)).one()
        before = page.version
        pages.change(session, public.site, page.id, 0)
        pages.change(session, public.site, page.id, 0)
    with reading() as session:
        found = pages.get(session, public.site, page.id)
    assert found is not None
    assert found.version == before + 2
