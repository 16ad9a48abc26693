"""What a confirmed comment proves for the next one, and what an email alone does not."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from service.domain.facts import Facts
from service.storage.database import reading
from service.storage.models import Comment
from tests.api.moderated import write
from tests.api.newsroom import Newsroom

EMAIL = "deniz@mail.example.org"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Facts]:
    """The facts that the checks were given, submission by submission."""
    from service.comments import submit

    seen: list[Facts] = []
    judge = submit.judge

    def look(new: Any, facts: Facts, policy: Any) -> Any:
        seen.append(facts)
        return judge(new, facts, policy)

    monkeypatch.setattr(submit, "judge", look)
    return seen


def _confirmed(newsroom: Newsroom) -> str:
    """The author token of a comment that its author confirmed."""
    from service import clock

    answer = newsroom.submit(email=EMAIL).get_json()
    write(newsroom, answer["comment"]["id"], confirmed_at=clock.now())
    return str(answer["author_token"])


def _author(token: str) -> dict[str, str]:
    return {"Authorization": f"Author {token}"}


def _is_confirmed(newsroom: Newsroom, comment: str) -> bool:
    with newsroom.app.app_context(), reading() as session:
        query = select(Comment.confirmed_at).where(Comment.site == newsroom.site, Comment.id == comment)
        return session.scalar(query) is not None


def test_the_token_of_a_confirmed_comment_confirms_the_next(newsroom: Newsroom, told: list[Facts]) -> None:
    token = _confirmed(newsroom)
    sent = newsroom.submit(headers=_author(token), email=EMAIL).get_json()
    assert [facts.author_confirmed for facts in told] == [False, True]
    assert _is_confirmed(newsroom, sent["comment"]["id"])
    newsroom.submit(headers=_author(sent["author_token"]), email=EMAIL)
    assert told[-1].author_confirmed


def test_the_email_of_a_confirmed_author_alone_confirms_nothing(
    newsroom: Newsroom, told: list[Facts]
) -> None:
    _confirmed(newsroom)
    comment = newsroom.pending(email=EMAIL)
    assert not told[-1].author_confirmed
    assert not _is_confirmed(newsroom, comment)


def test_a_confirmed_comment_says_nothing_about_another_email_or_site(
    newsroom: Newsroom, open_site: Any, told: list[Facts]
) -> None:
    token = _confirmed(newsroom)
    newsroom.submit(headers=_author(token), email="other@mail.example.org")
    open_site().submit(headers=_author(token), email=EMAIL)
    assert not any(facts.author_confirmed for facts in told)


def test_the_token_of_a_comment_that_was_not_confirmed_proves_no_address(
    newsroom: Newsroom, told: list[Facts]
) -> None:
    token = newsroom.submit(email=EMAIL).get_json()["author_token"]
    newsroom.submit(headers=_author(token), email=EMAIL)
    assert not told[-1].author_confirmed
