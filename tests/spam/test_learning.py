"""A newsroom decides, and its filter learns: end to end through the API, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service import clock
from service.settings import Policy
from service.spam import learning
from service.storage import spam_labels
from service.storage.database import reading, transaction
from service.storage.models import SpamModel
from tests.api.newsroom import Newsroom, bearer
from tests.spam.taught import HAM, SPAM, comment_of, decide, labels, teach, thinks, version, weights

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def open_newsroom(open_site: Callable[..., Newsroom]) -> Newsroom:
    return open_site(policy=Policy.HOLD_SIGNALS)


def test_decisions_teach_the_next_comment(newsroom: Newsroom) -> None:
    new_spam, new_ham = SPAM.format(777), HAM.format(777)
    before = thinks(newsroom, new_spam)
    teach(newsroom)
    assert learning.catch_up(newsroom.site)
    assert before < 0.5 < thinks(newsroom, new_spam)
    assert thinks(newsroom, new_ham) < 0.5


def test_what_was_learned_holds_the_next_one_and_says_why(open_newsroom: Newsroom) -> None:
    newsroom = open_newsroom
    teach(newsroom)
    learning.catch_up(newsroom.site)
    newsroom.app.extensions["belowline"].shelf.forget()
    held = newsroom.submit(body=SPAM.format(777)).get_json()["comment"]
    assert held["status"] == "pending"
    shown = newsroom.moderation(f"comments/{held['id']}").get_json()
    (signal,) = [one for one in shown["signals"] if one["check"] == "classifier"]
    assert signal["score"] >= 0.5
    assert "Reads like spam" in signal["reason"]
    assert shown["body"][slice(*signal["span"])].strip()
    opinion = shown["opinion"]
    assert opinion["model"] == version(newsroom)
    assert opinion["logit"] == pytest.approx(
        sum(part["prior"] + part["site"] for part in opinion["parts"]), abs=1e-3
    )
    assert any(part["site"] > 0 for part in opinion["parts"] if part["kind"] == "word")


def test_an_edit_is_thought_about_anew(newsroom: Newsroom) -> None:
    sent = newsroom.submit(body="A quiet word about the talks.").get_json()
    before = comment_of(sent["comment"]["id"]).spam_probability
    answer = newsroom.client.patch(
        f"/v1/comments/{sent['comment']['id']}",
        json={"body": "Check out my channel and subscribe https://win.example"},
        headers={"Authorization": f"Author {sent['author_token']}"},
    )
    assert answer.status_code == 200
    after = comment_of(sent["comment"]["id"]).spam_probability
    assert before is not None
    assert after is not None
    assert before < 0.5 < after


def test_the_same_decisions_are_not_learned_twice(newsroom: Newsroom) -> None:
    teach(newsroom)
    learning.catch_up(newsroom.site)
    first = version(newsroom)
    assert learning.catch_up(newsroom.site)
    assert version(newsroom) == first


def test_undo_un_learns_to_the_bit(newsroom: Newsroom) -> None:
    teach(newsroom)
    learning.catch_up(newsroom.site)
    learning.rebuild(newsroom.site)
    clean = weights(newsroom)
    mistake = [newsroom.pending(body=f"Belediye yeni parkı {n} gün sonra açacak") for n in range(5)]
    undo = decide(newsroom, mistake, "spam")
    learning.catch_up(newsroom.site)
    assert set(mistake) <= set(labels(newsroom))
    assert weights(newsroom) != clean
    answer = newsroom.client.post(f"/v1/moderation/undo/{undo}", headers=bearer(newsroom.moderator))
    assert answer.status_code == 200
    learning.catch_up(newsroom.site)
    assert not set(mistake) & set(labels(newsroom))
    assert weights(newsroom) == clean


def test_the_last_verdict_counts_and_undo_leaves_the_one_before(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body=SPAM.format(1))
    newsroom.decide(comment, "approve")
    learning.catch_up(newsroom.site)
    assert labels(newsroom) == {comment: False}
    second = newsroom.decide(comment, "spam", version=2).get_json()["undo"]
    learning.catch_up(newsroom.site)
    assert labels(newsroom) == {comment: True}
    newsroom.client.post(f"/v1/moderation/undo/{second}", headers=bearer(newsroom.moderator))
    learning.catch_up(newsroom.site)
    assert labels(newsroom) == {comment: False}


@pytest.mark.parametrize("decision", ["reject", "delete"])
def test_rude_is_neither_spam_nor_ham(newsroom: Newsroom, decision: str) -> None:
    comment = newsroom.pending()
    newsroom.decide(comment, decision)
    learning.catch_up(newsroom.site)
    assert labels(newsroom) == {}


def test_what_the_policy_published_and_readers_reported_teaches_nothing(
    open_site: Callable[..., Newsroom],
) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    comment = newsroom.pending()
    newsroom.client.post(f"/v1/comments/{comment}/reports", json={"reason": "spam"})
    learning.catch_up(newsroom.site)
    assert (labels(newsroom), version(newsroom)) == ({}, 0)


def test_a_text_changed_after_the_verdict_is_not_learned(newsroom: Newsroom) -> None:
    sent = newsroom.submit(body=HAM.format(1)).get_json()
    newsroom.decide(sent["comment"]["id"], "approve")
    learning.catch_up(newsroom.site)
    assert len(labels(newsroom)) == 1
    newsroom.client.patch(
        f"/v1/comments/{sent['comment']['id']}",
        json={"body": SPAM.format(1)},
        headers={"Authorization": f"Author {sent['author_token']}"},
    )
    learning.catch_up(newsroom.site)
    assert labels(newsroom) == {}


def test_sites_do_not_learn_from_each_other(newsroom: Newsroom, open_site: Callable[..., Newsroom]) -> None:
    other = open_site()
    teach(newsroom)
    learning.catch_up(newsroom.site)
    assert (version(other), labels(other)) == (0, {})
    assert thinks(other, SPAM.format(777)) < 0.5


def test_of_two_trainers_one_wins(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    teach(newsroom)
    original = learning._save
    meanwhile: list[bool] = []

    def save_late(*arguments: Any, **options: Any) -> bool:
        monkeypatch.setattr(learning, "_save", original)
        meanwhile.append(learning.catch_up(newsroom.site))
        return original(*arguments, **options)

    monkeypatch.setattr(learning, "_save", save_late)
    assert learning.catch_up(newsroom.site) is False
    assert meanwhile == [True]
    assert version(newsroom) == 1
    assert len(labels(newsroom)) == 24


def test_a_decision_whose_transaction_ended_late_is_still_learned(newsroom: Newsroom) -> None:
    """Ids are taken before the commit: another event may be seen first though it has the higher id."""
    late, early = newsroom.pending(body=SPAM.format(1)), newsroom.pending(body=HAM.format(1))
    newsroom.decide(late, "spam")
    newsroom.decide(early, "approve")
    learning.catch_up(newsroom.site)
    with transaction() as session:  # as if the first had not been there when the log was read
        spam_labels.forget(session, newsroom.site, [late])
    learning.catch_up(newsroom.site)
    assert labels(newsroom) == {late: True, early: False}


def test_losses_are_from_before_the_labels_were_learned(newsroom: Newsroom) -> None:
    for _ in range(8):
        teach(newsroom, 6)
        learning.catch_up(newsroom.site)
    with reading() as session:
        examples = spam_labels.examples(session, newsroom.site, 500)
    assert sum(example.logit is not None for example in examples) >= 80
    candidate, present = learning._losses(examples)
    assert candidate is not None
    assert present is not None
    assert 0 < candidate < 0.7
    assert 0 < present < 0.7


def test_one_moderator_cannot_outweigh_the_others_in_a_day(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(newsroom)
    learning.catch_up(newsroom.site)
    with reading() as session:
        examples = spam_labels.examples(session, newsroom.site, 100)
    assert {one.weight for one in learning._ready(examples)} == {1.0}
    monkeypatch.setattr(learning, "PER_MODERATOR_AND_DAY", 6)
    assert {one.weight for one in learning._ready(examples)} == {0.25}


def test_the_jobs_learn_and_rebuild(newsroom: Newsroom) -> None:
    teach(newsroom)
    learning.learn_everywhere()
    assert version(newsroom) == 1
    learning.rebuild_everywhere(clock.now())
    assert version(newsroom) == 2
    learning.rebuild_everywhere(clock.now() + timedelta(hours=19))
    assert version(newsroom) == 2
    learning.rebuild_everywhere(clock.now() + timedelta(hours=21))
    assert version(newsroom) == 3


def test_no_text_is_in_a_model(newsroom: Newsroom) -> None:
    teach(newsroom)
    learning.catch_up(newsroom.site)
    with reading() as session:
        row = session.scalars(select(SpamModel).where(SpamModel.site == newsroom.site)).one()
    head = weights(newsroom).partition(b"\n")[0].decode()
    assert "kazan" not in head
    assert row.labels == 24


def test_what_was_erased_is_un_learned_by_the_next_rebuild(newsroom: Newsroom) -> None:
    teach(newsroom)
    learning.catch_up(newsroom.site)
    learning.rebuild(newsroom.site)
    clean = weights(newsroom)
    email = "forget.me@mail.example.org"
    comment = newsroom.pending(body="Belediye yeni parkı yarın açacak", email=email)
    newsroom.decide(comment, "spam")
    learning.catch_up(newsroom.site)
    assert comment in labels(newsroom)
    answer = newsroom.client.post(
        "/v1/admin/privacy/erase",
        json={"email": email, "reason": "asked for", "site": newsroom.site},
        headers=bearer(newsroom.admin),
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert learning.rebuild(newsroom.site)
    assert comment not in labels(newsroom)
    assert weights(newsroom) == clean
    assert comment_of(comment).spam_probability is None
