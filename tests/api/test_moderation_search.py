"""Searching the queue finds the same by walking through it, by the index, and while the index is behind."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from service.moderation import search
from service.storage import queue, queue_search, search_index
from service.storage.database import reading
from service.storage.models import SearchDue
from service.storage.queue_search import Total
from tests.api.moderated import listed, post, signal, write
from tests.api.newsroom import Newsroom, bearer

BODIES = {
    "istanbul": "İSTANBUL’da 100% sure: a/b, کتاب.",
    "urdu": "یہ كتاب لاہور سے ہے",
    "quotes": 'They said "never again" AND left OR stayed*',
    "under_score": "snake_case (NEAR) ^start",
    "plain": "Nothing of the kind, 100 times.",
}
SEARCHES = {
    "istanbul": {"istanbul"},
    "ıSTANBUL": {"istanbul"},
    "stan": {"istanbul"},
    "كتاب": {"istanbul", "urdu"},
    "لاهور": {"urdu"},
    '"never again"': {"quotes"},
    '" OR "': set(),
    "AND left OR": {"quotes"},
    "stayed*": {"quotes"},
    "stay*": set(),
    "(NEAR)": {"under_score"},
    "^start": {"under_score"},
    "snake_case": {"under_score"},
    "snake%case": set(),
    "sna_e": set(),
    "100%": {"istanbul"},
    "100": {"istanbul", "plain"},
    "b,": {"istanbul"},
    "ہ": {"urdu"},
    "%": {"istanbul"},
    "'; DROP TABLE comments; --": set(),
}


@pytest.fixture(params=["walked", "behind", "indexed"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How it is found: in a short queue; or in one too long to be walked through, with and without the index."""
    if request.param != "walked":
        monkeypatch.setattr(queue_search, "WALKED", 0)
    return str(request.param)


def ready(newsroom: Newsroom, way: str) -> None:
    if way != "indexed":
        return
    with newsroom.app.app_context():
        assert search.take_in_some() > 0
        while search.take_in_some():  # what other tests left
            pass
        with reading() as session:
            assert session.query(SearchDue).count() == 0


def test_the_same_is_found_in_every_way(newsroom: Newsroom, way: str) -> None:
    ids = {name: newsroom.pending(name="Writer", body=body) for name, body in BODIES.items()}
    ready(newsroom, way)
    found = {asked: set(listed(newsroom, q=asked)) for asked in SEARCHES}
    assert found == {asked: {ids[name] for name in names} for asked, names in SEARCHES.items()}


@pytest.mark.parametrize("order", ["oldest", "newest", "risk"])
def test_pages_follow_each_other_without_gap_or_repeat(newsroom: Newsroom, way: str, order: str) -> None:
    ids = [newsroom.pending(body=f"needle {number}" if number % 3 else "hay") for number in range(16)]
    for number, comment in enumerate(ids):
        write(newsroom, comment, score=number % 4 / 4)
    ready(newsroom, way)
    shown, cursor = list[dict[str, Any]](), ""
    while True:
        more = {"cursor": cursor} if cursor else {}
        part = newsroom.moderation("comments", q="needle", order=order, limit=3, **more).get_json()
        shown += part["comments"]
        cursor = part["next"]
        if cursor is None:
            break
    assert {comment["id"] for comment in shown} == {one for number, one in enumerate(ids) if number % 3}
    assert len(shown) == 10
    keys = [(-comment["score"] if order == "risk" else 0, comment["id"]) for comment in shown]
    later = {"oldest": lambda one, two: one < two, "newest": lambda one, two: one[1] > two[1]}
    by_risk = lambda one, two: one[0] < two[0] or (one[0] == two[0] and one[1] > two[1])  # noqa: E731
    assert all(later.get(order, by_risk)(one, two) for one, two in pairwise(keys))


def test_other_filters_hold_too(newsroom: Newsroom, way: str) -> None:
    mine, other, public = (newsroom.pending(body=f"needle {number}") for number in range(3))
    signal(newsroom, mine, "test_check")
    assert newsroom.decide(public, "approve").status_code == 200
    ready(newsroom, way)
    assert listed(newsroom, q="needle") == [mine, other]
    assert listed(newsroom, q="needle", signal="test_check") == [mine]
    assert listed(newsroom, q="needle", status="approved") == [public]


def test_another_sites_comments_are_not_found(
    newsroom: Newsroom, way: str, open_site: Callable[..., Newsroom]
) -> None:
    open_site().pending(body="needle")
    mine = newsroom.pending(body="needle")
    ready(newsroom, way)
    assert listed(newsroom, q="needle") == [mine]


def test_an_edited_comment_is_found_by_what_it_says_now(newsroom: Newsroom, way: str) -> None:
    sent = newsroom.submit(body="before the change").get_json()
    comment = sent["comment"]["id"]
    ready(newsroom, way)
    answer = newsroom.client.patch(
        f"/v1/comments/{comment}",
        json={"body": "afterwards"},
        headers={"Authorization": f"Author {sent['author_token']}"},
    )
    assert answer.status_code == 200
    assert listed(newsroom, q="before the change") == []
    assert listed(newsroom, q="afterwards") == [comment]
    ready(newsroom, way)
    assert listed(newsroom, q="before the change") == []
    assert listed(newsroom, q="afterwards") == [comment]


def test_an_erased_text_leaves_the_index_with_the_comment(newsroom: Newsroom) -> None:
    newsroom.pending(email="gone@mail.example.org", body="a secret sentence")
    ready(newsroom, "indexed")
    answer = newsroom.client.post(
        "/v1/admin/privacy/erase",
        json={"site": newsroom.site, "email": "gone@mail.example.org", "reason": "Asked for by mail."},
        headers=bearer(newsroom.admin),
    )
    assert answer.get_json() == {"erased": 1}
    with newsroom.app.app_context(), reading() as session:
        assert search_index.kept(session, newsroom.site) == 0
    ready(newsroom, "indexed")
    assert listed(newsroom, q="secret", status="deleted") == []


def test_the_number_of_what_is_found_is_exact_below_the_bound(
    newsroom: Newsroom, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        newsroom.pending(body=f"needle {number}")
    ready(newsroom, way)
    monkeypatch.setattr(search_index, "FOUND_MAX", 3)
    for bound, expected in ((3, (3, True)), (4, (4, True)), (5, (5, False))):
        monkeypatch.setattr(queue_search, "COUNTED", bound)
        if way == "walked":
            monkeypatch.setattr(queue_search, "COMMON", 1)
        answer = newsroom.moderation("comments", q="needle", limit=1).get_json()
        assert (answer["total"], answer["total_is_least"]) == expected


def test_what_was_not_counted_to_the_end_is_a_least_number(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        newsroom.pending(body=f"needle {number}")
    monkeypatch.setattr(search_index, "FOUND_MAX", 3)
    for bound, expected in ((4, Total(4, is_least=True)), (5, Total(5))):
        monkeypatch.setattr(queue_search, "WALKED_MAX", bound)
        answer = newsroom.moderation("comments", q="needle", limit=1).get_json()
        assert (answer["total"], answer["total_is_least"]) == (expected.number, expected.is_least)


def test_other_filters_are_counted_up_to_what_one_decision_takes(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        newsroom.pending(body="Bir yorum: bugün hava çok güzel ve herkes mutlu.")
    for bound, expected in ((2, (2, True)), (3, (3, False))):
        monkeypatch.setattr(queue, "COUNTED", bound)
        answer = newsroom.moderation("comments", after="2020-01-01T00:00:00Z").get_json()
        assert (answer["total"], answer["total_is_least"]) == expected


def test_a_decision_about_what_is_found_goes_by_the_true_number(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        newsroom.pending(body="needle")
    monkeypatch.setattr(queue_search, "COUNTED", 2)
    monkeypatch.setattr(queue_search, "COMMON", 1)
    where = {"site": newsroom.site, "q": "needle"}
    refused = post(newsroom, "decisions", {"decision": "reject", "where": where, "expect": 2})
    assert (refused.status_code, refused.get_json()["found"]) == (412, 4)
    taken = post(newsroom, "decisions", {"decision": "reject", "where": where, "expect": 4})
    assert taken.get_json()["decided"] == 4
