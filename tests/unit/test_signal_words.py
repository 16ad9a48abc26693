"""What checks say is said in every language: each message that one can give, with the values that it gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from service.domain.ban import BanKind, Banned
from service.domain.campaign import Bond, Campaign
from service.domain.comment import NewComment
from service.domain.facts import Facts, KnownLinks, Likeness, Pace
from service.domain.message import Message, Value, message_of
from service.domain.opinion import Classified, Opinion, Part
from service.domain.outside import ANSWERS, SILENT, WAITING
from service.domain.rules import Effect, Measure, Rule, RuleBook, RuleKind
from service.domain.verdict import Signal, Verdict
from service.i18n import LANGUAGES
from service.i18n.catalogue import CATALOGUES, PLACEHOLDER
from service.i18n.messages import in_english, spoken
from service.settings import Policy
from service.spam import outside, pipeline, tongues
from service.spam.checks import language
from service.spam.classifier.features import SIGNAL_NAMES
from tests.unit.comments import FACTS, NEW

PLENTY = "these are quite enough letters to speak of "


def text(body: str, **facts: Any) -> tuple[NewComment, Facts]:
    return replace(NEW, body=body), replace(FACTS, **facts)


def known(**facts: Any) -> tuple[NewComment, Facts]:
    return NEW, replace(FACTS, **facts)


def ruled(*rules: Rule, body: str = NEW.body) -> tuple[NewComment, Facts]:
    return text(body, rules=RuleBook.of(rules))


def opinion(*parts: Part) -> Classified:
    return Classified(Opinion(0.876, 2.0, parts, 3, "prior"))


PAGE_OF_RULES = (
    Rule(RuleKind.WORD, "read"),
    Rule(RuleKind.PHRASE, "i read"),
    Rule(RuleKind.PATTERN, "tw.ce"),
    Rule(RuleKind.THRESHOLD, measure=Measure.CHARACTERS, at_least=2),
)
CASES = {
    "unlimited": known(limits_degraded=True),
    "flood": known(site_flooded=True),
    "breaker": known(breaker_tripped=True),
    "page_hold": known(page_held=True),
    "ban.author": known(banned=Banned(BanKind.AUTHOR, "Threats.", datetime(2026, 12, 1, tzinfo=UTC))),
    "ban.domain": known(banned=Banned(BanKind.EMAIL_DOMAIN)),
    "ban.source": known(banned=Banned(BanKind.SOURCE)),
    "ban.earlier": known(banned=Banned(None)),
    "honeypot.now": (replace(NEW, honeypot_filled=True), FACTS),
    "honeypot.earlier": known(met_before=frozenset({"honeypot"})),
    "rules.many": ruled(*PAGE_OF_RULES),
    "rules.author": ruled(Rule(RuleKind.AUTHOR, "ayse")),
    "rules.link": ruled(Rule(RuleKind.LINK, "a.example"), body="https://a.example"),
    "rules.links": ruled(
        Rule(RuleKind.THRESHOLD, measure=Measure.LINKS, at_least=1), body="https://a.example"
    ),
    "rules.capitals": ruled(Rule(RuleKind.THRESHOLD, measure=Measure.CAPITALS, at_least=5), body="NO no"),
    "rules.characters": ruled(Rule(RuleKind.THRESHOLD, measure=Measure.CHARACTERS, at_least=2)),
    "watched": ruled(Rule(RuleKind.WORD, "read", Effect.WATCH)),
    "form_age": (replace(NEW, form_seconds=1.26), FACTS),
    "author_history.refused": known(author_rejected=2, author_spam=1, author_approved=1),
    "author_history.first": text(PLENTY + "https://a.example"),
    "look_alike_name.staff": known(name_like=Likeness.STAFF),
    "look_alike_name.author": known(name_like=Likeness.AUTHOR),
    "disposable_email": known(email_disposable=True),
    "velocity.author": known(pace=Pace(author=5)),
    "velocity.address": known(pace=Pace(address=8)),
    "velocity.page": known(pace=Pace(page=60)),
    "repeated_body": text(PLENTY, same_body_lately=1),
    "near_repeat": known(alike_lately=1),
    "campaign.text": known(campaign=Campaign(Bond.TEXT, 5_000, 1)),
    "campaign.link": known(campaign=Campaign(Bond.LINK, 1)),
    "campaign.source": known(campaign=Campaign(Bond.SOURCE, 3, 2)),
    "links.some": text(PLENTY + "https://a.example"),
    "links.little_else": text("https://a.example"),
    "link_domains.imitation": text(PLENTY + "https://g00gle.com"),
    "link_domains.throwaway": text(PLENTY + "https://shop.tk/x"),
    "link_domains.shortener": text(PLENTY + "https://bit.ly/a"),
    "link_domains.new": text(PLENTY + "https://a.example", links=KnownLinks(new=frozenset({"a.example"}))),
    "advert_words.plain": text("try our online casino"),
    "advert_words.hidden": text("try our v1agra"),
    "mixed_scripts.name": (replace(NEW, name="Аyşe"), FACTS),
    "mixed_scripts.text": text("cheap vіagra"),
    "capitals": text("THIS IS WHAT I THINK OF IT"),
    "repetition.word": text("buy " * 12),
    "repetition.character": text("no" + "o" * 20),
    "language.script": text("Это совсем другой алфавит, не правда ли"),
    "language.another_script": text("ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ ᠬᠡᠯᠡ ᠦᠰᠦᠭ ᠤᠯᠤᠰ ᠮᠣᠩᠭᠣᠯ"),
    "language.words": text("der Mann und die Frau sind auch nicht mit dem Kind im Haus zu sehen"),
    "classifier.alone": known(classified=opinion()),
    "classifier": text(
        "my channel is great",
        classified=opinion(
            Part("word", 1.0, 0.0, "", (3, 10)),
            Part("word", 0.5, 0.0, "", (14, 19)),
            Part("signal", 0.5, 0.0, "phrase_own_channel"),
            Part("signal", 0.4, 0.0, "url"),
        ),
    ),
    "classifier.failed": known(classified=Classified(failed=True)),
}


def found(case: str) -> tuple[Signal, ...]:
    return pipeline.judge(*CASES[case], Policy.HOLD_SIGNALS).signals


def awaited() -> Signal:
    return outside.awaited(Verdict(pipeline.Status.APPROVED, 0.0, ())).signals[0]


def within(value: Value) -> Iterator[Message]:
    """The messages in a value, itself and those in it."""
    if isinstance(value, Message):
        yield value
        for one in value.values.values():
            yield from within(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from within(one)


def given() -> list[Message]:
    """Every message of every case, and those of the filter outside."""
    said = [message for case in CASES for signal in found(case) for message in signal.messages]
    return [one for message in (*said, WAITING, SILENT, *ANSWERS.values()) for one in within(message)]


def test_every_sentence_of_the_catalogue_is_said_in_some_case() -> None:
    family = "console.signal."
    keys = {key.removeprefix("console.") for key in CATALOGUES["en"] if key.startswith(family)}
    assert keys - {message.key for message in given()} == {"signal.comma"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_message_has_its_text_with_just_the_values_that_it_brings(lang: str) -> None:
    for message in given():
        entry = CATALOGUES[lang][f"console.{message.key}"]
        texts = [entry] if isinstance(entry, str) else list(entry.values())
        assert isinstance(entry, str) or "count" in message.values, message
        for one in texts:
            assert set(PLACEHOLDER.findall(one)) == set(message.values), message


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whatever_a_message_may_name_has_a_name(lang: str) -> None:
    names = [
        *(f"check.{check.__module__.rpartition('.')[2]}" for check in pipeline.CHECKS),
        *(f"check.{name}" for name in pipeline.ALWAYS_HOLD | {awaited().check}),
        *(f"sign.{name}" for name in SIGNAL_NAMES),
        *(f"script.{name.lower()}" for name in language.NAMED_SCRIPTS),
        *(f"tongue.{name}" for name in tongues.SMALL_WORDS),
        *(f"signal.rules.{kind}" for kind in set(RuleKind) - {RuleKind.THRESHOLD}),
        *(f"signal.rules.{measure}" for measure in set(Measure) - {Measure.SCORE}),
    ]
    assert [name for name in names if f"console.{name}" not in CATALOGUES[lang]] == []


@pytest.mark.parametrize("case", CASES)
def test_the_reason_is_what_the_messages_say_in_english_and_they_survive_storing(case: str) -> None:
    signals = found(case)
    assert signals
    for signal in signals:
        assert signal.reason == in_english(signal.messages) != ""
        stored = [message.document() for message in signal.messages]
        assert tuple(map(message_of, stored)) == signal.messages


def test_the_filter_outside_is_awaited_in_words() -> None:
    assert (awaited().reason, awaited().messages) == ("Akismet has not been asked yet.", (WAITING,))


@pytest.mark.parametrize(
    ("case", "lang", "sentence"),
    [
        ("links.some", "en", "The text carries 1 link."),
        ("links.some", "tr", "Metinde 1 bağlantı var."),
        ("links.some", "ur", "متن میں 1 لنک ہے۔"),
        ("form_age", "en", "The form was sent 1.3 s after it was opened."),
        ("form_age", "tr", "Form, açıldıktan 1,3 sn sonra gönderildi."),
        ("capitals", "tr", "Harflerin %100 kadarı büyük."),
        ("language.words", "ur", "متن سائٹ کی زبان سے مختلف زبان میں لگتا ہے: جرمن۔"),
        ("advert_words.plain", "tr", "Reklam yapıyor: “\u2068online casino\u2069”."),
        (
            "campaign.text",
            "tr",
            "Bu günlerin 5.000 başka yorumuna çok benziyor. Sayım orada bitiyor; daha çok olabilir. "
            "Bunlardan 1 tanesi istenmeyen sayıldı ya da reddedildi.",
        ),
        (
            "rules.many",
            "ur",
            "ادارے کے ان اصولوں کی زد میں آتا ہے: لفظ ”\u2068read\u2069“، فقرہ ”\u2068i read\u2069“، "
            "پیٹرن ”\u2068tw.ce\u2069“۔ اور 1 مزید اصول۔",
        ),
    ],
)
def test_sentences_numbers_and_lists_are_those_of_the_language(case: str, lang: str, sentence: str) -> None:
    check = case.partition(".")[0]
    signal = next(one for one in found(case) if one.check == check)
    assert spoken(lang, signal.messages) == sentence


def test_a_message_of_another_version_shows_its_key() -> None:
    assert spoken("ur", [Message("signal.of_tomorrow", {"count": 1})]) == "signal.of_tomorrow"
