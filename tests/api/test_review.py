"""What the filter decides alone is looked at in part, by lot; and it rejects alone only when that showed it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.domain.opinion import Classified, Opinion, Part
from service.settings import Policy
from service.spam import automatic, learning, review
from service.spam.classifier.shelf import Shelf
from service.stats.verify import verify
from service.storage import audits
from service.storage.audits import Audited
from service.storage.database import reading
from tests.api.moderated import post
from tests.api.newsroom import Newsroom, bearer, change_site


@pytest.fixture
def lots(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Draws these lots, the last of them again and again."""

    def draw(*numbers: float) -> None:
        left = list(numbers)
        monkeypatch.setattr(review, "lot", lambda: left.pop(0) if len(left) > 1 else left[0])

    return draw


def shown(newsroom: Newsroom, **query: Any) -> list[dict[str, Any]]:
    answer = newsroom.moderation("comments", **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["comments"]
    return found


def statistics(newsroom: Newsroom) -> dict[str, Any]:
    answer = newsroom.client.get("/v1/stats/spam", headers=bearer(newsroom.admin))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def test_what_was_drawn_is_public_and_due_for_review(
    open_site: Callable[..., Newsroom], lots: Callable[..., None]
) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    lots(0.049, 0.05)
    drawn, other = newsroom.pending(), newsroom.pending()
    assert {comment["id"] for comment in newsroom.read()["comments"]} == {drawn, other}
    assert [(one["id"], one["review_due"]) for one in shown(newsroom, review="true")] == [(drawn, True)]
    assert statistics(newsroom)["queue"]["review_due"] == 1


def test_a_moderator_confirms_what_was_drawn_and_may_take_that_back(
    open_site: Callable[..., Newsroom], lots: Callable[..., None]
) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    lots(0.0)
    comment = newsroom.pending()
    version = shown(newsroom, review="true")[0]["version"]
    answer = newsroom.decide(comment, "approve", version)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert shown(newsroom, review="true") == []
    assert [one["id"] for one in newsroom.read()["comments"]] == [comment]
    assert newsroom.decide(comment, "approve", version + 1).status_code == 409
    assert post(newsroom, f"undo/{answer.get_json()['undo']}").status_code == 200
    assert [one["id"] for one in shown(newsroom, review="true")] == [comment]
    assert [one["id"] for one in newsroom.read()["comments"]] == [comment]


def test_whoever_takes_it_down_or_changes_it_ends_the_review(
    open_site: Callable[..., Newsroom], lots: Callable[..., None]
) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    lots(0.0, 0.0, 0.0, 0.9)
    sent = [newsroom.submit().get_json() for _ in range(3)]
    ids = [one["comment"]["id"] for one in sent]
    newsroom.decide(ids[0], "spam", 2)
    headers = [{"Authorization": f"Author {one['author_token']}"} for one in sent]
    assert newsroom.client.delete(f"/v1/comments/{ids[1]}", headers=headers[1]).status_code == 204
    edited = newsroom.client.patch(
        f"/v1/comments/{ids[2]}", headers=headers[2], json={"body": "Other words."}
    )
    assert edited.status_code == 200
    assert shown(newsroom, review="true") == []


def test_those_drawn_stand_for_all(open_site: Callable[..., Newsroom], lots: Callable[..., None]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL, review_share=0.5)
    lots(*[0.1, 0.9] * 40)
    for _ in range(80):
        newsroom.pending()
    due = shown(newsroom, review="true", limit=100)
    assert len(due) == 40
    post(newsroom, "decisions", {"decision": "spam", "ids": [one["id"] for one in due[:10]]})
    where = {"site": newsroom.site, "review": True}
    post(newsroom, "decisions", {"decision": "approve", "where": where, "expect": 30})
    found = statistics(newsroom)["filter"]
    assert (found["decided"], found["unseen"]) == (40, 0)
    assert (found["recall"], found["false_positive_rate"]) == (0.0, 0.0)
    with newsroom.app.app_context():
        assert verify(newsroom.site).differences == ()


def opinion(probability: float, of_site: float) -> Classified:
    parts = (Part("bias", 0.0, 0.0), Part("word", 5.0 - of_site, of_site, "", (0, 5)))
    return Classified(Opinion(probability, 5.0, parts, 3, "2026-11-24"))


@pytest.fixture
def sure(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A classifier that is sure of what carries the word spam, by the site's own learning."""

    def classify(_shelf: Shelf, new: Any) -> Classified:
        return opinion(0.995, 4.0) if "spam" in new.body else opinion(0.02, -4.0)

    monkeypatch.setattr(Shelf, "classify", classify)
    automatic.forget_standings()
    yield
    automatic.forget_standings()


def taught(newsroom: Newsroom, spam: int, ham: int) -> None:
    """So many decisions, learned."""
    for word, number in (("spam", spam), ("fine", ham)):
        for one in range(number):
            newsroom.pending(body=f"This is {word} to be sure, number {one}.")
    for decision, word in (("spam", "is spam"), ("approve", "is fine")):
        number = spam if decision == "spam" else ham
        many = {"decision": decision, "where": {"site": newsroom.site, "q": word}, "expect": number}
        answer = post(newsroom, "decisions", many)
        assert answer.status_code == 200, answer.get_data(as_text=True)
    with newsroom.app.app_context():
        learning.rebuild(newsroom.site)
    automatic.forget_standings()


def test_it_rejects_alone_only_after_it_was_shown_to_be_right(
    newsroom: Newsroom, lots: Callable[..., None], sure: None
) -> None:
    lots(0.9)
    change_site(newsroom, auto_reject=True)
    taught(newsroom, 30, 30)
    assert statistics(newsroom)["filter"]["not_yet"] == ["too_few_decisions", "precision_not_shown"]
    waiting = newsroom.pending(body="More spam of the kind.")
    assert newsroom.decide(waiting, "spam").status_code == 200
    taught(newsroom, 60, 40)
    found = statistics(newsroom)["filter"]
    assert (found["mode"], found["not_yet"]) == ("automatic", [])
    assert found["rejection"]["decided"] == 161
    assert found["rejection"]["intervals"]["precision"][0] >= automatic.PRECISION_MIN

    answer = newsroom.submit(body="Still more spam of the kind.").get_json()
    assert answer["comment"]["status"] == "pending"  # as for everybody who waits
    [rejected] = shown(newsroom, status="spam", q="still more")
    events = newsroom.moderation(f"comments/{rejected['id']}").get_json()["events"]
    assert [(event["kind"], event["actor"], event["after"]) for event in events][-1] == (
        "filtered",
        "filter",
        "spam",
    )
    assert newsroom.pending(body="Nothing of the kind.") in {one["id"] for one in shown(newsroom, limit=100)}

    overturned = newsroom.decide(rejected["id"], "approve", rejected["version"])
    assert overturned.status_code == 200
    with newsroom.app.app_context():
        assert verify(newsroom.site).differences == ()


def test_a_share_of_what_it_would_reject_waits_instead(
    newsroom: Newsroom, lots: Callable[..., None], sure: None
) -> None:
    lots(0.9)
    change_site(newsroom, auto_reject=True)
    taught(newsroom, 90, 40)
    lots(0.01, 0.9)
    drawn, other = (newsroom.pending(body=f"Again spam, {n}.") for n in range(2))
    assert [one["id"] for one in shown(newsroom, q="again spam")] == [drawn]
    assert [one["id"] for one in shown(newsroom, status="spam", q="again spam")] == [other]
    newsroom.decide(drawn, "spam")
    with newsroom.app.app_context():
        learning.rebuild(newsroom.site)
        with reading() as session:
            found = audits.newest(session, newsroom.site, 1)
    assert found == [Audited(0.995, True, 0.05)]


def test_without_being_switched_on_it_only_holds(
    newsroom: Newsroom, lots: Callable[..., None], sure: None
) -> None:
    lots(0.9)
    taught(newsroom, 90, 40)
    assert statistics(newsroom)["filter"]["not_yet"] == ["switched_off"]
    comment = newsroom.pending(body="More spam of the kind.")
    assert comment in {one["id"] for one in shown(newsroom)}


def test_an_edit_into_spam_is_rejected_and_its_author_is_not_told(
    newsroom: Newsroom, lots: Callable[..., None], sure: None
) -> None:
    lots(0.9)
    change_site(newsroom, auto_reject=True)
    taught(newsroom, 90, 40)
    sent = newsroom.submit(body="Nothing of the kind yet.").get_json()
    answer = newsroom.client.patch(
        f"/v1/comments/{sent['comment']['id']}",
        json={"body": "But now it is spam."},
        headers={"Authorization": f"Author {sent['author_token']}"},
    )
    assert answer.get_json()["comment"]["status"] == "pending"
    assert [one["id"] for one in shown(newsroom, status="spam", q="but now")] == [sent["comment"]["id"]]
    with newsroom.app.app_context():
        assert verify(newsroom.site).differences == ()


def test_admins_set_how_far_it_may_go(newsroom: Newsroom) -> None:
    path = f"/v1/admin/sites/{newsroom.site}"
    sent = {"auto_reject": True, "false_positive_budget": 0.01, "review_share": 0.1}
    answer = newsroom.client.patch(path, json=sent, headers=bearer(newsroom.admin))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert {name: answer.get_json()[name] for name in sent} == sent
    found = statistics(newsroom)["filter"]
    assert (found["review_share"], found["rejection"]["false_positive_budget"]) == (0.1, 0.01)
    for wrong in (
        {"review_share": 1.01},
        {"false_positive_budget": -0.1},
        {"review_share": "0.1"},
        {"auto_reject": 7},
    ):
        assert newsroom.client.patch(path, json=wrong, headers=bearer(newsroom.admin)).status_code == 422
