"""The checks of who sends and how, on each side of each of their thresholds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain.campaign import Bond, Campaign
from service.domain.facts import Likeness, Pace
from service.domain.name import look_of
from service.spam.checks import (
    disposable_email,
    form_age,
    honeypot,
    look_alike_name,
    near_repeat,
    velocity,
)
from tests.unit.comments import FACTS, NEW


def test_a_filled_honeypot_speaks_now_and_after_an_edit() -> None:
    assert honeypot.check(NEW, FACTS) is None
    now = honeypot.check(replace(NEW, honeypot_filled=True), FACTS)
    later = honeypot.check(NEW, replace(FACTS, met_before=frozenset({"honeypot"})))
    assert now is not None
    assert later is not None
    assert now.score == later.score == honeypot.SCORE


@pytest.mark.parametrize(
    ("seconds", "fires"),
    [(None, False), (-0.1, False), (0.0, True), (2.999, True), (3.0, False), (9e9, False)],
)
def test_a_form_that_is_sent_as_soon_as_it_is_opened(seconds: float | None, fires: bool) -> None:
    assert (form_age.check(replace(NEW, form_seconds=seconds), FACTS) is not None) is fires


def test_throw_away_emails_count_for_who_is_not_known() -> None:
    facts = replace(FACTS, email_disposable=True)
    assert disposable_email.check(NEW, FACTS) is None
    assert disposable_email.check(NEW, facts) is not None
    assert disposable_email.check(NEW, replace(facts, author_known=True)) is None
    assert disposable_email.check(NEW, replace(FACTS, met_before=frozenset({"disposable_email"}))) is not None


@pytest.mark.parametrize(
    ("pace", "score"),
    [
        (Pace(), None),
        (Pace(author=4, address=7, page=59), None),
        (Pace(author=5), velocity.SCORE),
        (Pace(author=9), velocity.SCORE),
        (Pace(author=10), velocity.SCORE_MUCH),
        (Pace(address=8), velocity.SCORE),
        (Pace(address=19), velocity.SCORE),
        (Pace(address=20), velocity.SCORE_MUCH),
        (Pace(page=60), velocity.SCORE_PAGE),
        (Pace(author=5, page=100), velocity.SCORE),
    ],
)
def test_speed_by_author_address_and_page(pace: Pace, score: float | None) -> None:
    found = velocity.check(NEW, replace(FACTS, pace=pace))
    assert (found and found.score) == score


def test_a_breaking_story_alone_holds_nobody() -> None:
    assert velocity.SCORE_PAGE < 0.5


def test_names_that_look_like_others() -> None:
    assert look_alike_name.check(NEW, FACTS) is None
    for likeness in Likeness:
        found = look_alike_name.check(NEW, replace(FACTS, name_like=likeness))
        assert found is not None
        assert found.score == look_alike_name.SCORES[likeness]


def test_one_text_much_like_it_counts_until_there_is_a_campaign() -> None:
    alike = replace(FACTS, alike_lately=1)
    assert near_repeat.check(NEW, FACTS) is None
    assert near_repeat.check(NEW, alike) is not None
    assert near_repeat.check(NEW, replace(alike, campaign=Campaign(Bond.TEXT, 2))) is None
    assert near_repeat.check(NEW, replace(alike, same_body_lately=1)) is None


@pytest.mark.parametrize(
    ("name", "imitation"),
    [
        ("Ayşe Yılmaz", "Аyşe Yılmaz"),
        ("Ali Khan", "AIi Khan"),
        ("Ali Khan", "A1i Khan"),
        ("Tom Morris", "Tom Mоrris"),
        ("Burns", "Bums"),
        ("Willow", "WilIow"),
        ("Paolo", "Paοlo"),
        ("Mehmet Öz", "Мehmet Öz"),
        ("Robert", "𝐑𝐨𝐛𝐞𝐫𝐭"),
        ("Robert", "Rоbеrt"),
        ("Oscar 0", "Oscar O"),
    ],
)
def test_a_name_that_only_looks_the_same_has_the_same_skeleton(name: str, imitation: str) -> None:
    assert look_of(name).skeleton == look_of(imitation).skeleton


@pytest.mark.parametrize(
    ("name", "other"),
    [("Ali", "Eli"), ("Ian", "Jan"), ("Lia", "Ila"), ("Ayşe", "Ayla"), ("علی", "عمر"), ("Тимур", "Tumyp")],
)
def test_other_names_have_other_skeletons(name: str, other: str) -> None:
    assert look_of(name).skeleton != look_of(other).skeleton


@pytest.mark.parametrize(
    ("name", "same"),
    [("Ayşe YILMAZ", "ayse yilmaz"), ("İbrahim", "ibrahim"), ("كريم", "کریم"), ("Al-Amin", "Al Amin")],
)
def test_the_same_name_written_otherwise_is_the_same_name(name: str, same: str) -> None:
    assert look_of(name).folded == look_of(same).folded


def test_a_name_without_letters_looks_like_nothing() -> None:
    assert look_of("…") == ("", "")
