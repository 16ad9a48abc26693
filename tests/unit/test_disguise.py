"""Words are read as people read them, whatever is done to hide them from machines."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from service.domain.disguise import Wanted, readings
from service.domain.rules import Rule, RuleBook, RuleKind
from tests.backing.cost import PLAIN, times_the_cost

TIMES_PLAIN_MAX = 60


def found(text: str, *wanted: str) -> list[tuple[str, bool]]:
    runs = Wanted(tuple(one.split(" ")) for one in wanted)
    seen = [
        (text[hit.span[0] : hit.span[1]], hit.disguised)
        for reading in readings(text)
        for hit in runs.found_in(reading)
    ]
    return list(dict.fromkeys(seen))


@pytest.mark.parametrize(
    ("text", "word", "shown"),
    [
        ("buy v1agra now", "viagra", "v1agra"),
        ("buy V!AGRA! now", "viagra", "V!AGRA!"),
        ("c1al1s", "cialis", "c1al1s"),
        ("p0rn", "porn", "p0rn"),
        ("ca$ino", "casino", "ca$ino"),
        ("v.i.a.g.r.a", "viagra", "v.i.a.g.r.a"),
        ("v i a g r a", "viagra", "v i a g r a"),
        ("take a v i a g r a", "viagra", "v i a g r a"),
        ("via*gra", "viagra", "via*gra"),
        ("v_i_a_g_r_a", "viagra", "v_i_a_g_r_a"),
        ("viaaaagra", "viagra", "viaaaagra"),
        ("freeee", "free", "freeee"),
        ("vіаgrа", "viagra", "vіаgrа"),
        ("ᴠɪᴀɢʀᴀ", "viagra", "ᴠɪᴀɢʀᴀ"),
        ("🆅🅸🅰🅶🆁🅰", "viagra", "🆅🅸🅰🅶🆁🅰"),
        ("ⓥⓘⓐⓖⓡⓐ ⓒ", "viagra", "ⓥⓘⓐⓖⓡⓐ"),
        ("𝐯𝐢𝐚𝐠𝐫𝐚", "viagra", "𝐯𝐢𝐚𝐠𝐫𝐚"),
        ("via\u200egra", "viagra", "via\u200egra"),
        ("v1\u200da\u200cgra", "viagra", "v1\u200da\u200cgra"),
        ("BAHİS", "bahis", "BAHİS"),
        ("b4h1s", "bahis", "b4h1s"),
        ("b a h ı s", "bahis", "b a h ı s"),
        ("جـــوا", "جوا", "جـــوا"),
        ("ج و ا", "جوا", "ج و ا"),
        ("ج.و.ا", "جوا", "ج.و.ا"),
        ("كيسينو", "کیسینو", "كيسينو"),
    ],
)
def test_what_is_disguised_is_found_where_it_stands(text: str, word: str, shown: str) -> None:
    assert shown in [where for where, _ in found(text, word)]
    assert RuleBook.of([Rule(RuleKind.WORD, word)]).matches("", text, "")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("specialist", "cialis"),
        ("an analysis of 4 bills", "anal"),
        ("in 2026 we had 1 bill", "bili"),
        ("a cilt bakımı", "clit"),
        ("co-op", "coop"),
        ("we saw it", "wesawit"),
        ("I a m", "am"),
        ("covid19", "covid"),
    ],
)
def test_what_only_contains_it_is_not(text: str, word: str) -> None:
    assert found(text, word) == []


def test_only_what_is_not_as_written_counts_as_disguised() -> None:
    assert found("Viagra", "viagra") == [("Viagra", False)]
    assert found("vi4gra", "viagra") == [("vi4gra", True)]
    assert found("cheap vi4gra here", "cheap viagra") == [("cheap vi4gra", True)]


def test_a_one_may_be_an_i_or_an_l() -> None:
    assert found("b1ll", "bill")
    assert found("fo1low", "follow")


def test_plain_text_has_one_reading() -> None:
    assert len(readings("Nobody hides anything in this sentence; it is what it is.")) == 1
    assert len(readings("Bugün hava çok güzel, ışık içinde.")) == 1
    assert len(readings("آج موسم بہت اچھا ہے، سب خوش ہیں۔")) == 1


@pytest.mark.parametrize(
    "unit", ["a ", "1a", "a.", "ааа", "v1 ", "🅰", "*a*", "aaaa ", "\u0301a", "x" * 61 + " "]
)
def test_hostile_texts_cost_little(unit: str) -> None:
    text = (unit * 10_000)[:10_000]
    cost = times_the_cost(lambda: readings.__wrapped__(text), lambda: readings.__wrapped__(PLAIN))
    assert cost < TIMES_PLAIN_MAX


def test_the_list_of_look_alikes_is_what_the_package_says_today() -> None:
    made = runpy.run_path("scripts/look-alikes")["document"]()
    assert made == Path("service/domain/look_alikes.txt").read_text("utf-8")
