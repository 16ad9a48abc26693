"""Comments that belong together are grouped as they arrive, and one decision clears the group."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from service import clock
from service.comments import kinship
from service.domain import kept as days
from service.jobs import retention
from service.settings import Policy
from service.storage.database import reading
from service.storage.models import SharedSign, Sketch
from tests.api.grouped import SPAM, WORDS, campaign_of, groups, seen, sent, signal_of
from tests.api.newsroom import ORIGIN, Newsroom
from tests.api.raid import spam_text


def test_the_third_of_a_kind_makes_a_campaign_across_pages(newsroom: Newsroom) -> None:
    first, second = sent(newsroom, 2)
    assert [campaign_of(newsroom, one) for one in (first, second)] == [None, None]
    third = newsroom.pending(body=SPAM.format(5, "Vera"), page=f"{ORIGIN}/third")
    (campaign,) = {campaign_of(newsroom, one) for one in (first, second, third)}
    assert campaign
    assert signal_of(newsroom, first) is None
    signal = signal_of(newsroom, third)
    assert signal
    assert signal["score"] == 0.6
    assert signal["reason"] == "Reads much like 2 other comments of these days."
    fourth = newsroom.pending(body=SPAM.format(6, "Rita"))
    assert campaign_of(newsroom, fourth) == campaign
    assert "3 other comments" in str(signal_of(newsroom, fourth))


@pytest.mark.parametrize("body", ["Thank you!", "Great article, well said!", "ha ha " * 200, "👏" * 50])
def test_what_is_short_or_says_nothing_makes_none(newsroom: Newsroom, body: str) -> None:
    same = [newsroom.pending(body=body) for _ in range(5)]
    assert {campaign_of(newsroom, one) for one in same} == {None}


def test_other_sites_are_never_looked_at(newsroom: Newsroom, open_site: Callable[..., Newsroom]) -> None:
    other = open_site()
    sent(other, 2)
    (mine,) = sent(newsroom, 1)
    assert campaign_of(newsroom, mine) is None


def test_readers_who_quote_the_same_lines_are_no_campaign(newsroom: Newsroom) -> None:
    quote = (
        "> The council decided on Tuesday to close the old bridge for at least eleven months of repairs, "
        "and no ferry will run before the spring, the mayor told this newspaper in a long interview at the town hall."
    )
    own = (
        "And the ferry? Nobody asked those who cross daily.",
        "High time, it shakes when lorries pass over it.",
    )
    said = [*own, "Eleven months, they said eleven weeks in January."]
    comments = [newsroom.pending(body=f"{quote}\n\n{words}") for words in said]
    assert {campaign_of(newsroom, one) for one in comments} == {None}


def test_a_link_domain_binds_texts_that_differ(newsroom: Newsroom) -> None:
    bodies = (
        "look https://pills.example/1",
        "**wow** https://www.pills.example/2",
        "https://pills.example/?3 yes",
    )
    first, second, third = (newsroom.pending(body=body) for body in bodies)
    (campaign,) = {campaign_of(newsroom, one) for one in (first, second, third)}
    assert campaign
    assert "Links to the same domain as 2 other" in str(signal_of(newsroom, third))
    assert groups(newsroom)[0]["bond"] == "link"
    assert groups(newsroom)[0]["link_domains"] == [{"domain": "pills.example", "comments": 3}]


@pytest.mark.parametrize(
    "address", ["https://youtube.com/x", "https://en.wikipedia.org/x", f"{ORIGIN}/other"]
)
def test_links_to_where_everybody_links_bind_nothing(newsroom: Newsroom, address: str) -> None:
    comments = [newsroom.pending(body=f"{word} {address}{word}") for word in WORDS[:4]]
    assert {campaign_of(newsroom, one) for one in comments} == {None}


def test_a_domain_that_stayed_public_for_a_day_binds_nothing(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.approved(body="see https://townhall.example/a")
    later = clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    comments = [newsroom.pending(body=f"{word} https://townhall.example/{word}") for word in WORDS[:5]]
    assert {campaign_of(newsroom, one) for one in comments} == {None}


def test_a_source_with_four_emails_within_an_hour_is_a_campaign(newsroom: Newsroom) -> None:
    bodies = ("One thing first.", "Another.", "Thirdly, no.", "And last.")
    *before, last = (newsroom.pending(body=body, address="198.51.100.7") for body in bodies)
    assert {campaign_of(newsroom, one) for one in before} == {campaign_of(newsroom, last)} != {None}
    signal = signal_of(newsroom, last)
    assert signal
    assert signal["score"] == 0.3


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.7.7", "::1", "fd00::7"])
def test_an_address_inside_is_no_source(newsroom: Newsroom, address: str) -> None:
    comments = [newsroom.pending(body=f"{word} says so.", address=address) for word in WORDS[:6]]
    assert {campaign_of(newsroom, one) for one in comments} == {None}


def test_one_author_who_writes_often_is_no_source(newsroom: Newsroom) -> None:
    me = {"email": "me@mail.example.org", "address": "198.51.100.9"}
    comments = [newsroom.pending(body=f"{word} says so.", **me) for word in WORDS[:6]]
    assert {campaign_of(newsroom, one) for one in comments} == {None}


def test_a_stronger_bond_takes_comments_out_of_a_weaker_campaign(newsroom: Newsroom) -> None:
    body = "{} is right about all of it, and the whole town should know what happened there in the night"
    one_source = [newsroom.pending(body=f"{word}.", address="198.51.100.8") for word in WORDS[:3]]
    like = newsroom.pending(body=body.format("Anna"), address="198.51.100.8")
    weak = campaign_of(newsroom, like)
    assert weak == campaign_of(newsroom, one_source[0]) is not None
    others = [newsroom.pending(body=body.format(word)) for word in ("Emma", "Vera")]
    strong = {campaign_of(newsroom, one) for one in (like, *others)}
    assert len(strong) == 1
    assert strong != {weak}
    assert {campaign_of(newsroom, one) for one in one_source} == {weak}


def test_what_is_older_than_a_week_binds_nothing(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(newsroom, 2)
    later = clock.now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert campaign_of(newsroom, newsroom.pending(body=SPAM.format(9, "Vera"))) is None


def test_under_hold_signals_the_third_waits(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.HOLD_SIGNALS)
    said = [
        newsroom.submit(
            body=f"{word} and I walked by the river all day and saw the swans come back to the old mill"
        )
        for word in WORDS[:4]
    ]
    assert [one.get_json()["comment"]["status"] for one in said] == [
        "approved",
        "approved",
        "pending",
        "pending",
    ]


def test_what_cannot_be_compared_waits(
    open_site: Callable[..., Newsroom], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(kinship, "signs_of", broken)
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    answer = newsroom.submit()
    assert answer.get_json()["comment"]["status"] == "pending"
    assert [one["check"] for one in seen(newsroom, answer.get_json()["comment"]["id"])["signals"]] == [
        "check_failed"
    ]


def test_an_edit_joins_and_leaves_nothing_behind(newsroom: Newsroom) -> None:
    answer = newsroom.submit(body="A harmless word.").get_json()
    sent(newsroom, 3)
    author = {"Authorization": f"Author {answer['author_token']}"}
    path = f"/v1/comments/{answer['comment']['id']}"
    assert (
        newsroom.client.patch(path, json={"body": SPAM.format(3, "Rita")}, headers=author).status_code == 200
    )
    (group,) = groups(newsroom)
    assert campaign_of(newsroom, answer["comment"]["id"]) == group["id"]
    assert group["comments"] == 4


def test_two_that_form_it_at_once_end_in_one(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked before either has written; the second must look again, and find what the first made."""
    first = sent(newsroom, 2)
    both = threading.Barrier(2, timeout=20)
    looked = kinship.look_again

    def together(session: Any, kin: Any) -> Any:
        if session.get_bind().dialect.name == "postgresql":
            both.wait()  # SQLite has one writer: the second cannot be here before the first is done
        return looked(session, kin)

    monkeypatch.setattr(kinship, "look_again", together)
    with ThreadPoolExecutor(2) as pool:
        late = list(pool.map(lambda word: newsroom.pending(body=SPAM.format(1, word)), ("Vera", "Rita")))
    (campaign,) = {campaign_of(newsroom, one) for one in (*first, *late)}
    assert campaign


def test_many_at_once_end_in_one_campaign(newsroom: Newsroom) -> None:
    chance = random.Random(8)
    bodies = [spam_text(1, chance) for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda body: newsroom.pending(body=body), bodies))
    ids.append(newsroom.pending(body=spam_text(1, chance)))
    assert len({campaign_of(newsroom, one) for one in ids} - {None}) == 1
    assert groups(newsroom)[0]["comments"] == len(ids)


def test_the_signs_are_forgotten_and_the_campaign_is_not(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = sent(newsroom, 3)
    later = clock.now() + days.SIGNS + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with newsroom.app.app_context():
        retention.drop_signs(newsroom.app.extensions["belowline"], {})
    assert kept(newsroom) == (0, 0)
    assert campaign_of(newsroom, ids[0])


def test_erasing_an_author_takes_the_signs_along(newsroom: Newsroom) -> None:
    newsroom.pending(body=SPAM.format(1, "Vera"), email="gone@mail.example.org")
    assert min(kept(newsroom)) > 0
    answer = newsroom.client.post(
        "/v1/admin/privacy/erase",
        json={"site": newsroom.site, "email": "gone@mail.example.org", "reason": "asked"},
        headers={"Authorization": f"Bearer {newsroom.admin}"},
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert kept(newsroom) == (0, 0)


def kept(newsroom: Newsroom) -> tuple[int, int]:
    """How many sketches and shared signs the site has."""
    with newsroom.app.app_context(), reading() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(model).where(model.site == newsroom.site)) or 0
            for model in (Sketch, SharedSign)
        )
