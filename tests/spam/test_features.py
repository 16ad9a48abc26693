"""What the classifier sees in a text: the same whatever its letters wear, and little time for any."""

from __future__ import annotations

import sys
import time

import pytest

from service.spam.classifier.chunks import CHARACTERS_MAX, HEAD, cut, made, spans
from service.spam.classifier.features import SIGNAL_NAMES, Text, features
from service.spam.classifier.hosts import host_of
from service.spam.classifier.phrases import GROUPS, groups_in
from tests.corpora import payloads

HOSTILE = {
    "a-": "a-",
    "dots": ".",
    "slashes": "http://",
    "at": "@",
    "dotted i": "İ",
    "one letter for a phrase": "ﷺ",
    "accents": "a\u0301\u0316",
    "only accents": "\u0344",
    "mathematical": "𝔞",
    "Chinese": "漢字",
    "Arabic signs": "\u0600",
    "Hebrew points": "א\u05b8",
    "quotes": "a'",
    "joiners": "a\u200d",
    "emoji": "👩‍👩‍👧‍👦",
    "new words": "",
}


def fired(body: str, name: str = "", website: str = "") -> set[str]:
    return {SIGNAL_NAMES[place] for place, _ in features(Text(body, name, website)).signals}


def value(signal: str, body: str) -> float:
    return dict(features(Text(body)).signals).get(SIGNAL_NAMES.index(signal), 0.0)


@pytest.mark.parametrize(
    ("signal", "yes", "no"),
    [
        ("url", "see https://a.example/x", "see a, example"),
        ("url", "www.a.example", "www example"),
        ("url_only", "https://a.example", "well, here it is: https://a.example"),
        ("urls_many", "a.com b.com", "a.com b"),
        ("bare_domain", "go to cheap-pills.com now", "he said no.Then he left"),
        ("bare_domain", "news.xyz", "3.14 is pi"),
        ("obfuscated_domain", "kazan [dot] com", "the dot was red"),
        ("obfuscated_domain", "kazan nokta com", "son nokta budur"),
        ("obfuscated_domain", "hxxp://a", "http"),
        ("shortener", "bit.ly/abc", "rabbit.ly/abc"),
        ("email", "write to a.b@mail.example", "@mail me at noon"),
        ("handle", "ask @trader_joe", "at @ noon"),
        ("phone", "+90 532 123 45 67", "12 345 678"),
        ("phone", "۰۳۰۰۱۲۳۴۵۶۷", "2026"),
        ("money", "only ₺500 today", "500 lira"),
        ("capitals", "READ THIS AGAIN", "Read this again"),
        ("letter_runs", "soooo good", "sooo good"),
        ("repeated_words", "go " * 10, "one two three four five six seven eight nine ten"),
        ("mixed_scripts", "\u0440aypal", "paypal"),
        ("styled_letters", "𝐟𝐫𝐞𝐞 stuff", "free stuff"),
        ("hidden", "fr\u200bee", "free"),
        ("spaced_letters", "b a h i s", "b a h is"),
        ("short", "so it is indeed", "so it is indeed so"),
        ("ends_with_address", "all here: a.com", "a.com is gone"),
    ],
)
def test_each_signal_fires_on_one_side_and_not_on_the_other(signal: str, yes: str, no: str) -> None:
    assert signal in fired(yes)
    assert signal not in fired(no)


def test_signals_about_the_author_need_the_author() -> None:
    assert "own_name" in fired("Come to ISTANBUL BETS today", name="İstanbul Bets")
    assert "own_name" not in fired("Come to us today", name="İstanbul Bets")
    assert "own_name" not in fired("Ali came", name="Ali")
    assert "name_is_address" in fired("hello", name="best-casino.com")
    assert "name_is_address" not in fired("hello", name="Ayşe Yılmaz")
    assert "website" in fired("hello", website="https://a.example")
    assert "website" not in fired("hello")


@pytest.mark.parametrize("amount", ["digits", "exclamations", "capitals", "long", "symbols"])
def test_amounts_lie_between_nothing_and_one(amount: str) -> None:
    texts = {
        "digits": ("no number in it", "1234567890"),
        "exclamations": ("quiet", "!!!!!!!!!"),
        "capitals": ("all small letters", "ALL GREAT LETTERS"),
        "long": ("", "word " * 150),
        "symbols": ("plain", "★★★★★★★ ☎"),
    }
    low, high = texts[amount]
    assert value(amount, low) == 0
    assert value(amount, high) == 1


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_every_phrase_is_found_as_it_is_written(group: str) -> None:
    for phrase in GROUPS[group]:
        assert f"phrase_{group}" in fired(f"well, {phrase.upper()} (now)"), phrase


def test_a_phrase_is_of_whole_words_in_order() -> None:
    assert groups_in(["check", "out"]) == {"visit"}
    assert groups_in(["out", "check"]) == set()
    assert groups_in(["checkout"]) == set()
    assert groups_in([]) == set()


@pytest.mark.parametrize(
    ("dressed", "plain"),
    [
        ("KANALIMA ABONE OLUN", "kanalima abone olun"),
        ("KANALİMA", "kanalıma"),
        ("سبسکرائب کریں", "سبسكرائب كريں"),
        ("بي\u200cسی", "بی سی".replace(" ", "")),
        ("ｆｒｅｅ", "free"),
        ("𝒇𝒓𝒆𝒆", "free"),
        ("fr\u200bee", "free"),
        ("f\u0336r\u0336e\u0336e\u0336", "free"),
        ("١٢٣", "123"),
    ],
)
def test_disguises_of_letters_leave_the_same_hashes(dressed: str, plain: str) -> None:
    first, second = features(Text(dressed)), features(Text(plain))
    assert set(first.words) == set(second.words)
    assert set(first.grams) == set(second.grams)


def test_hashes_never_change() -> None:
    """Stored weights rely on them: with other values FEATURES_VERSION must rise."""
    assert features(Text("Bahis!")).words == (59990, 108017)
    assert sorted(made("ok").grams) == [19092, 56647, 86090, 116651, 159387, 163931]


def test_hosts() -> None:
    assert host_of("(https://a.example:8080/x?y=1)") == "a.example"
    assert host_of("a@b.com") == ""
    assert host_of("192.168.0.com") == ""
    assert host_of("https://") == ""
    assert host_of("ftp://a.com/") == ""


def test_texts_are_cut_where_any_white_space_is() -> None:
    """Pieces are cut by one means and placed by another: they must agree on what is white."""
    every = "".join(f"x{chr(code)}" for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    for at in range(0, len(every), CHARACTERS_MAX):
        text = every[at : at + CHARACTERS_MAX]
        assert [text[slice(*span)] for span in spans(text)] == cut(text).raws


def test_what_comes_again_belongs_to_where_it_came_first() -> None:
    found = features(Text("go now go"))
    assert (found.word_ends, found.gram_ends[1:]) == ((2, 4, 5), (len(found.grams),) * 2)
    assert found.gram_ends[0] == len(made("go").grams)


def test_of_a_long_text_the_beginning_and_the_end_count() -> None:
    text = "x" * HEAD + " middle " + "y" * (CHARACTERS_MAX - HEAD)
    assert [raw[0] for raw in cut(text).raws] == ["x", "y"]
    assert [text[slice(*span)] for span in spans(text)] == cut(text).raws
    assert "url" in fired("word " * 1_000 + "https://a.example")


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_no_text_costs_more_than_its_length(kind: str) -> None:
    """Ten thousand characters cost at most as much as a few plain texts of the length that is looked at."""
    plain = " ".join(f"word{number}" for number in range(400))[:CHARACTERS_MAX]
    unit = HOSTILE[kind] or " ".join(f"{number:x}zq" for number in range(3_000))
    hostile = (unit * 10_000)[:10_000]
    features(Text(hostile[:50]))
    assert best_of(5, hostile, hostile[:80]) < 12 * best_of(5, plain)


def best_of(times: int, body: str, name: str = "") -> float:
    def once() -> float:
        made_before = time.process_time()
        features(Text(body, name))
        return time.process_time() - made_before

    from service.spam.classifier.chunks import known

    spent = []
    for _ in range(times):
        known.cache_clear()
        spent.append(once())
    return min(spent)


@pytest.mark.corpora
def test_no_hostile_text_breaks_anything() -> None:
    for payload in payloads("unicode_spoof", "naughty_strings", "xss", "url"):
        found = features(Text(payload, payload[:80], payload[:80]))
        assert all(0 < one <= 1 for _, one in found.signals)
        assert [payload[slice(*span)] for span in spans(payload)] == cut(payload).raws
