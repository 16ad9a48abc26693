"""The models of a site: kept, rolled back, shared by threads, and done without when they cannot be read."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from service import clock
from service.domain.errors import Unavailable
from service.settings import Policy
from service.spam import learning
from service.spam.classifier import prior, shelf, stored
from service.storage import spam_models
from service.storage.database import reading, transaction
from tests.api.newsroom import Newsroom
from tests.spam.taught import SPAM, decide, labels, teach, thinks, version, weights

pytestmark = pytest.mark.usefixtures("inside")


def test_a_rebuild_that_is_worse_is_not_put_in_force(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(newsroom)
    learning.catch_up(newsroom.site)
    first = version(newsroom)
    monkeypatch.setattr(learning, "_losses", lambda _examples: (0.30, 0.29))
    assert learning.rebuild(newsroom.site) is False
    assert version(newsroom) == first
    monkeypatch.setattr(learning, "_losses", lambda _examples: (0.29, 0.29))
    assert learning.rebuild(newsroom.site) is True
    assert version(newsroom) == first + 1


def test_rolling_back_leaves_out_what_came_after_for_good(newsroom: Newsroom) -> None:
    teach(newsroom)
    learning.catch_up(newsroom.site)
    learning.rebuild(newsroom.site)
    good = version(newsroom)
    poison = [newsroom.pending(body=f"Belediye yeni parkı {n} gün sonra açacak") for n in range(20)]
    decide(newsroom, poison, "spam")
    learning.catch_up(newsroom.site)
    assert thinks(newsroom, "Belediye yeni parkı 99 gün sonra açacak") > 0.5
    assert learning.roll_back(newsroom.site, good) == version(newsroom)
    assert thinks(newsroom, "Belediye yeni parkı 99 gün sonra açacak") < 0.5
    learning.rebuild(newsroom.site)
    assert thinks(newsroom, "Belediye yeni parkı 99 gün sonra açacak") < 0.5
    assert learning.roll_back(newsroom.site, 99_999) is None


def test_ten_versions_are_kept(newsroom: Newsroom) -> None:
    teach(newsroom, 3)
    learning.catch_up(newsroom.site)
    for _ in range(13):
        learning.rebuild(newsroom.site)
    with reading() as session:
        kept = spam_models.versions(session, newsroom.site)
    assert len(kept) == spam_models.KEPT
    assert kept[0].version == version(newsroom)


def test_small_lessons_replace_each_other_and_rebuilds_stay(newsroom: Newsroom) -> None:
    teach(newsroom, 3)
    learning.catch_up(newsroom.site)
    for n in range(4):
        newsroom.decide(newsroom.pending(body=SPAM.format(n)), "spam")
        learning.catch_up(newsroom.site)
    with reading() as session:
        kept = [model.made_as for model in spam_models.versions(session, newsroom.site)]
    assert kept == ["learned", "rebuilt"]


def test_a_long_log_is_learned_by_one_rebuild(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "EVENTS_MAX", 10)
    teach(newsroom)
    learning.catch_up(newsroom.site)
    assert len(labels(newsroom)) == 24
    assert version(newsroom) == 1


def test_other_processes_see_a_new_version_within_two_seconds(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = shelf.Shelf()
    now = [1_000.0]
    monkeypatch.setattr(shelf.time, "monotonic", lambda: now[0])
    assert here.scorer(newsroom.site).version == 0
    teach(newsroom)
    learning.catch_up(newsroom.site)
    now[0] += shelf.FRESH_SECONDS - 0.01
    assert here.scorer(newsroom.site).version == 0
    now[0] += 0.01
    assert here.scorer(newsroom.site).version == version(newsroom) == 1
    assert shelf.FRESH_SECONDS <= 5


def test_an_older_model_serves_while_the_database_is_away(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = shelf.Shelf()
    teach(newsroom)
    learning.catch_up(newsroom.site)
    assert here.scorer(newsroom.site).version == 1

    def away(*_: object) -> int:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(shelf.spam_models, "current_version", away)
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    assert here.scorer(newsroom.site).version == 1
    assert shelf.Shelf().scorer(newsroom.site).prior is prior.shipped()


def test_a_stored_model_that_cannot_be_read_leaves_the_prior(newsroom: Newsroom) -> None:
    teach(newsroom)
    learning.catch_up(newsroom.site)
    with transaction() as session:
        row = spam_models.lock(session, newsroom.site)
        broken = spam_models.NewModel("imported", b"nonsense", 0, 0, None, "")
        spam_models.save(session, row, broken, clock.now())
    assert shelf.Shelf().scorer(newsroom.site).site is None
    newsroom.decide(newsroom.pending(body=SPAM.format(50)), "spam")
    learning.catch_up(newsroom.site)
    assert stored.decode(weights(newsroom))


def test_a_classifier_that_fails_holds_the_comment(
    open_site: Callable[..., Newsroom], monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)

    def broken() -> None:
        raise prior.PriorUnusable("out of order")

    newsroom.app.extensions["belowline"].shelf.forget()
    monkeypatch.setattr(shelf.prior, "shipped", broken)
    sent = newsroom.submit().get_json()["comment"]
    assert sent["status"] == "pending"
    shown = newsroom.moderation(f"comments/{sent['id']}").get_json()
    assert [signal["check"] for signal in shown["signals"]] == ["check_failed"]
    assert shown["opinion"] is None


def test_threads_share_one_shelf(newsroom: Newsroom) -> None:
    here = shelf.Shelf()
    failed: list[BaseException] = []

    def look() -> None:
        try:
            with newsroom.app.app_context():
                for _ in range(50):
                    here.forget()
                    here.scorer(newsroom.site)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
