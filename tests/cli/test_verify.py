"""`verify`: says that every counter is what it counts, or which is not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.orm import InstrumentedAttribute

from service.moderation import audit, search
from service.storage.database import transaction
from service.storage.models import Author, Comment, Event, Page, Rollup
from service.web.context import services
from tests.cli.conftest import Run

PAGE = "https://news.example/article"


@pytest.fixture
def seeded(app: Flask, run: Run) -> Flask:
    """Comments of two statuses, and one with a vote and a complaint."""
    run("seed", "--site", "paper", "--page", PAGE, "--comments", "120")
    run("seed", "--site", "paper", "--page", PAGE, "--comments", "30", "--status", "pending")
    client = app.test_client()
    (top, *_) = client.get("/v1/comments", query_string={"site": "paper", "page": PAGE}).get_json()[
        "comments"
    ]
    assert client.put(f"/v1/comments/{top['id']}/vote", json={"value": 1}).status_code == 200
    assert client.post(f"/v1/comments/{top['id']}/reports", json={"reason": "spam"}).status_code == 201
    return app


def test_without_drift_it_says_how_much_was_compared(seeded: Flask, run: Run) -> None:
    said = run("verify").stdout
    counters, log = said.splitlines()
    assert re.fullmatch(r"paper: 150 comments, \d+ counters of statistics, no drift", counters)
    assert log == "paper: audit log of 0 events in 0 seals, 1 not sealed yet, intact"


def test_an_event_that_was_changed_is_named_and_fails(seeded: Flask, run: Run) -> None:
    with seeded.app_context():
        audit.run(services(), {})
        with transaction() as session:
            session.execute(update(Event).values(actor="somebody"))
    result = seeded.test_cli_runner().invoke(args=["verify"])
    assert result.exit_code == 1
    assert re.search(
        r"^paper: audit log of 1 events in 1 seals, 0 not sealed yet, 1 wrong$", result.stdout, re.M
    )
    assert re.search(r"^    head 1:[0-9a-f]{64}$", result.stdout, re.M)
    assert re.search(r"^    changed: event [0-9a-f]{32}$", result.stdout, re.M)
    assert result.stderr == "Error: 1 things are wrong with the audit log\n"


@pytest.mark.parametrize(
    ("column", "line"),
    [
        (Page.approved, r"page \w+: approved 121, not 120"),
        (Author.approved, r"author \w+: approved \d+, not \d+"),
        (Author.pending, r"author \w+: pending \d+, not \d+"),
        (Comment.up, r"comment \w+: up \d, not \d"),
        (Comment.reports, r"comment \w+: reports \d, not \d"),
        (Comment.listed_replies, r"comment \w+: listed_replies \d+, not \d+"),
        (Rollup.count, r"statistics status 20\S+Z (approved|pending): \d+, not \d+"),
    ],
)
def test_a_wrong_counter_is_named_and_fails(
    seeded: Flask, run: Run, column: InstrumentedAttribute[Any], line: str
) -> None:
    run("verify")
    with seeded.app_context(), transaction() as session:
        session.execute(update(column.class_).values({column: column + 1}))
    result = seeded.test_cli_runner().invoke(args=["verify"])
    assert result.exit_code == 1
    assert re.search(rf"^    {line}$", result.stdout, re.MULTILINE), result.stdout
    assert re.fullmatch(r"Error: [\d,]+ things are kept otherwise than the rows say\n", result.stderr)


def test_a_wrong_mark_is_found_too(seeded: Flask, run: Run) -> None:
    run("verify")
    with seeded.app_context(), transaction() as session:
        session.execute(update(Comment).where(Comment.listed).values(listed=False))
    result = seeded.test_cli_runner().invoke(args=["verify"])
    assert "listed False, not True" in result.stdout
    assert "more\n" in result.stdout  # a hundred lines say no more than fifty


LOST = {
    "sqlite": "DELETE FROM search_index_texts WHERE rowid = 7",
    "postgresql": "DELETE FROM search_index_grams WHERE id = (SELECT min(id) FROM search_index_grams)",
}
OTHERWISE = {
    "sqlite": "UPDATE search_index_texts SET text = 'what nobody wrote' WHERE rowid = 7",
    "postgresql": "UPDATE search_index_grams SET grams = '{1,2}' WHERE id = (SELECT min(id) FROM search_index_grams)",
}
OF_NOBODY = {
    "sqlite": "UPDATE search_index_numbers SET id = 'nobody' WHERE number = 7",
    "postgresql": "UPDATE search_index_grams SET id = 'nobody' WHERE id = (SELECT min(id) FROM search_index_grams)",
}


@pytest.mark.parametrize(
    ("broken", "lines"),
    [
        (LOST, {"is not in it"}),
        (OTHERWISE, {"is another text in it"}),
        (OF_NOBODY, {"is not in it", "is in it, and no comment"}),
    ],
)
def test_an_index_that_does_not_hold_the_comments_is_named_fails_and_is_mended(
    seeded: Flask, run: Run, broken: dict[str, str], lines: set[str]
) -> None:
    run("verify")
    with seeded.app_context(), transaction() as session:
        assert session.execute(text(broken[session.get_bind().dialect.name])).rowcount == 1  # type: ignore[attr-defined]
    result = seeded.test_cli_runner().invoke(args=["verify"])
    assert result.exit_code == 1
    assert set(re.findall(r"^    search index \w+: (.+)$", result.stdout, re.MULTILINE)) == lines
    assert "no drift" in run("verify", "--repair").stdout
    assert "no drift" in run("verify").stdout


def test_what_the_index_has_not_taken_in_yet_is_no_drift(seeded: Flask, run: Run) -> None:
    sent = {
        "site": "paper",
        "page": PAGE,
        "name": "Ayşe",
        "email": "a@mail.example.org",
        "body": "A new text.",
    }
    assert seeded.test_client().post("/v1/comments", json=sent).status_code == 201
    assert "no drift" in run("verify").stdout
    with seeded.app_context():
        assert search.take_in_some() == 1
    assert "no drift" in run("verify").stdout


def test_statistics_can_be_counted_anew(seeded: Flask, run: Run) -> None:
    run("verify")
    with seeded.app_context(), transaction() as session:
        session.execute(update(Rollup).values(count=7))
    assert seeded.test_cli_runner().invoke(args=["verify"]).exit_code == 1
    assert "no drift" in run("verify", "--repair").stdout
    assert "no drift" in run("verify", "--site", "paper").stdout


def test_an_unknown_site_is_one_sentence(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["verify", "--site", "nowhere"])
    assert (result.exit_code, result.stderr) == (1, "Error: there is no site nowhere\n")


def test_a_newsroom_without_comments_has_no_drift(run: Run) -> None:
    assert run("verify").stdout == (
        "paper: 0 comments, 0 counters of statistics, no drift\n"
        "paper: audit log of 0 events in 0 seals, 0 not sealed yet, intact\n"
    )
