"""A campaign is listed, decided as one, and taken back; those that come later carry what was decided."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable

from sqlalchemy import select

from service.storage.database import reading
from service.storage.models import Comment
from tests.api.grouped import SPAM, WORDS, groups, seen, sent, signal_of
from tests.api.moderated import drift, post, status_of
from tests.api.newsroom import ORIGIN, Newsroom
from tests.api.raid import CAMPAIGNS, raid, spam_text


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
