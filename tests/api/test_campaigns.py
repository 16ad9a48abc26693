"""Comments that belong together are grouped as they arrive, and one decision clears the group."""

from __future__ import annotations

import random
import threading
from collections import Counter, defaultdict
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
from service.storage.models import Comment, SharedSign, Sketch
from tests.api.moderated import drift, post, status_of
from tests.api.newsroom import ORIGIN, Newsroom
from tests.api.raid import CAMPAIGNS, raid, spam_text

SPAM = "I made ${} in one week trading crypto with Mrs {} contact her on WhatsApp and thank me later"
WORDS = ("Olivia", "Sophia", "Emma", "Ayla", "Zeynep", "Fatima", "Maria", "Anna", "Linda", "Helen")


def seen(newsroom: Newsroom, comment: str) -> dict[str, Any]:
    found: dict[str, Any] = newsroom.moderation(f"comments/{comment}").get_json()
    return found


def campaign_of(newsroom: Newsroom, comment: str) -> str | None:
    found: str | None = seen(newsroom, comment)["campaign"]
    return found


def signal_of(newsroom: Newsroom, comment: str) -> dict[str, Any] | None:
    return next((one for one in seen(newsroom, comment)["signals"] if one["check"] == "campaign"), None)


def groups(newsroom: Newsroom, **query: Any) -> list[dict[str, Any]]:
    answer = newsroom.moderation("campaigns", site=newsroom.site, **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["campaigns"]
    return found


def sent(newsroom: Newsroom, number: int, **fields: Any) -> list[str]:
    """Posts of one campaign, on as many pages."""
    return [
        newsroom.pending(body=SPAM.format(at * 7 + 100, WORDS[at % 10]), page=f"{ORIGIN}/{at}", **fields)
        for at in range(number)
    ]


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


def test_the_next_carry_what_was_decided_about_the_group(newsroom: Newsroom) -> None:
    sent(newsroom, 4)
    (group,) = groups(newsroom)
    body = {"decision": "spam", "reason": "raid", "where": {"site": newsroom.site, "campaign": group["id"]}}
    assert post(newsroom, "decisions", body | {"expect": 4}).get_json()["decided"] == 4
    signal = signal_of(newsroom, newsroom.pending(body=SPAM.format(77, "Vera")))
    assert signal
    assert signal["score"] == 0.9
    assert signal["reason"].endswith("Of these, 4 were refused as spam or rejected.")


def test_four_hundred_are_one_decision_and_one_undo(newsroom: Newsroom) -> None:
    chance = random.Random(4)
    ids = [
        newsroom.pending(
            body=spam_text(0, chance), page=f"{ORIGIN}/{at % 7}", address=f"198.51.{at % 9}.{at % 250}"
        )
        for at in range(400)
    ]
    (group,) = groups(newsroom)
    assert (group["comments"], group["by_status"]["pending"]) == (400, 400)
    where = {"site": newsroom.site, "campaign": group["id"]}
    refused = post(newsroom, "decisions", {"decision": "spam", "where": where, "expect": 399})
    assert refused.status_code == 412
    assert Counter(status_of(newsroom, ids).values()) == {"pending": 400}
    done = post(newsroom, "decisions", {"decision": "spam", "where": where, "expect": 400}).get_json()
    assert (done["decided"], done["skipped"]) == (400, 0)
    assert Counter(status_of(newsroom, ids).values()) == {"spam": 400}
    assert post(newsroom, f"undo/{done['undo']}").get_json()["restored"] == 400
    assert Counter(status_of(newsroom, ids).values()) == {"pending": 400}
    assert drift(newsroom) == []


def test_a_raid_is_grouped_cleared_and_put_back(newsroom: Newsroom) -> None:
    posts = raid(posts=300, honest=40)
    sent_as = {newsroom.pending(address=one.address, **one.fields): one.campaign for one in posts}
    with newsroom.app.app_context(), reading() as session:
        rows = session.execute(
            select(Comment.id, Comment.campaign).where(Comment.site == newsroom.site)
        ).all()
    found: dict[int | None, set[str | None]] = defaultdict(set)
    for comment, campaign in rows:
        found[sent_as[comment]].add(campaign)
    assert found.pop(None) == {None}, "an honest reader was grouped"
    assert all(len(one) == 1 for one in found.values()), "a campaign is in parts, or not wholly grouped"
    assert len({campaign for one in found.values() for campaign in one}) == CAMPAIGNS

    listed = groups(newsroom)  # the first request
    undo = []
    for group in listed:
        body = {"decision": "spam", "where": {"site": newsroom.site, "campaign": group["id"]}}
        answer = post(newsroom, "decisions", body | {"expect": group["by_status"]["pending"]})
        assert answer.status_code == 200
        undo.append(answer.get_json()["undo"])
    assert 1 + len(undo) <= 10
    statuses = status_of(newsroom, list(sent_as))
    assert {statuses[one] for one, campaign in sent_as.items() if campaign is not None} == {"spam"}
    assert {statuses[one] for one, campaign in sent_as.items() if campaign is None} == {"pending"}
    assert post(newsroom, f"undo/{undo[0]}").get_json()["restored"] == listed[0]["comments"]
    assert Counter(status_of(newsroom, list(sent_as)).values()) == {"spam": 240, "pending": 100}
    assert drift(newsroom) == []


def test_a_group_says_what_its_comments_have_in_common(newsroom: Newsroom) -> None:
    bodies = [f"{SPAM.format(at, word)} https://pay.example/{at}" for at, word in enumerate(WORDS[:6])]
    ids = [newsroom.pending(body=body, page=f"{ORIGIN}/{at % 2}") for at, body in enumerate(bodies)]
    newsroom.decide(ids[0], "approve")
    (group,) = groups(newsroom)
    assert group["comments"] == group["authors"] == group["sources"] == 6
    assert group["pages"] == 2
    assert group["bond"] == "text"
    assert group["by_status"] == {"pending": 5, "approved": 1, "rejected": 0, "spam": 0, "deleted": 0}
    assert group["link_domains"] == [{"domain": "pay.example", "comments": 6}]
    assert any("thank me later" in phrase or "contact her on" in phrase for phrase in group["phrases"])
    assert [example["id"] for example in group["examples"]] == ids[:2:-1]
    assert group["first_seen"] == seen(newsroom, ids[0])["created_at"]
    assert group["last_seen"] == seen(newsroom, ids[-1])["created_at"]
    assert groups(newsroom, status="approved") == [group]
    assert groups(newsroom, status="spam") == []
    assert "mail.example.org" not in newsroom.moderation("campaigns").get_data(as_text=True)


def test_the_list_goes_largest_first_through_its_cursor(newsroom: Newsroom) -> None:
    for campaign, number in ((0, 3), (1, 5), (2, 3)):
        chance = random.Random(campaign)
        for _ in range(number):
            newsroom.pending(body=spam_text(campaign, chance))
    whole = groups(newsroom)
    assert [group["comments"] for group in whole] == [5, 3, 3]
    parts, cursor = [], ""
    for _ in range(3):
        answer = newsroom.moderation(
            "campaigns", limit=1, **({"cursor": cursor} if cursor else {})
        ).get_json()
        parts += answer["campaigns"]
        cursor = answer["next"]
    assert parts == whole
    assert cursor is None
    assert newsroom.moderation("campaigns", cursor="x").status_code == 400


def test_another_newsrooms_campaigns_are_nothing(
    newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    other = open_site()
    sent(other, 3)
    assert newsroom.moderation("campaigns").get_json()["campaigns"] == []
    assert newsroom.moderation("campaigns", site=other.site).status_code == 404


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
