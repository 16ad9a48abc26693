"""The index that finds parts of texts: on both databases, and under a locale that knows no letter but ASCII's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from service.domain.text import fold
from service.storage import schema, search_index
from service.storage.database import transaction
from tests.api.newsroom import Newsroom, open_newsroom
from tests.backing.app import application

WRITTEN = {
    "urdu": "لاہور میں كتاب میلہ شروع ہو گیا ہے",
    "turkish": "İSTANBUL’da yeni bir ışık",
    "quoted": 'He said "no" AND left; 100% sure_',
    "emoji": "Look \U0001f600\U0001f601\U0001f602 here",
}


def test_a_number_for_each_different_run_of_three() -> None:
    assert search_index.grams("ab") == []
    assert len(search_index.grams("abcabc")) == 3
    assert set(search_index.grams("کتاب")) <= set(search_index.grams(fold("ایک كتاب")))
    assert all(-(2**31) <= gram < 2**31 for gram in search_index.grams("every number fits a column"))


def test_the_numbers_are_the_same_in_every_process() -> None:
    assert search_index.grams("abc") == [891568578 - 2**31]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def newsroom(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Newsroom]:
    """A site on SQLite, or on a PostgreSQL database of the locale C."""
    url = f"sqlite:///{tmp_path / 'search.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE of_c LOCALE 'C' TEMPLATE template0")
        url = server.dsn("of_c")
    with application(tmp_path, url) as app, app.app_context():
        yield open_newsroom(app)
    if request.param == "postgresql":
        server.drop_database("of_c")


def found(newsroom: Newsroom, asked: str) -> list[str] | None:
    with transaction() as session:
        return search_index.found(session, [newsroom.site], fold(asked))


def taken_in() -> int:
    with transaction() as session:
        return search_index.catch_up(session, 1_000)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("کتاب", "urdu"),
        ("كِتاب", "urdu"),
        ("لاهور", "urdu"),
        ("istanbul", "turkish"),
        ("ISIK", "turkish"),
        ('"no" AND', "quoted"),
        ("100% sure_", "quoted"),
        ("\U0001f600\U0001f601\U0001f602", "emoji"),
        ("nowhere", None),
        ("no* OR left", None),
    ],
)
def test_it_finds_parts_of_words_in_any_script(newsroom: Newsroom, asked: str, named: str | None) -> None:
    ids = {name: newsroom.pending(body=body) for name, body in WRITTEN.items()}
    assert found(newsroom, asked) == sorted(ids.values())  # all are due, so any may have it
    assert taken_in() == len(WRITTEN)
    assert taken_in() == 0
    assert found(newsroom, asked) == ([ids[named]] if named else [])


def test_what_is_too_short_or_too_common_is_not_its_to_answer(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        newsroom.pending(body="harbour")
    assert found(newsroom, "ha") is None
    monkeypatch.setattr(search_index, "FOUND_MAX", 2)
    assert found(newsroom, "harbour") is None  # of those that are due
    taken_in()
    assert found(newsroom, "harbour") is None
    monkeypatch.setattr(search_index, "FOUND_MAX", 3)
    assert len(found(newsroom, "harbour") or ()) == 3


def test_a_long_text_is_found_by_some_of_its_runs(newsroom: Newsroom) -> None:
    words = " ".join(f"word{number}" for number in range(40))
    comment = newsroom.pending(body=f"{words} and its end")
    newsroom.pending(body="word1 word2 word3")
    taken_in()
    assert found(newsroom, words) == [comment]


def test_nothing_of_a_forgotten_text_stays(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body="a secret sentence")
    taken_in()
    with transaction() as session:
        search_index.forget(session, newsroom.site, [comment])
    assert found(newsroom, "secret") == []
    with transaction() as session:
        assert search_index.kept(session, newsroom.site) == 0


def test_comments_from_before_the_index_wait_to_be_taken_in(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body="from before")
    taken_in()
    schema.downgrade("0014")
    schema.upgrade()
    assert found(newsroom, "nothing like it") == [comment]
    assert taken_in() == 1
    assert found(newsroom, "nothing like it") == []
    assert found(newsroom, "from before") == [comment]
