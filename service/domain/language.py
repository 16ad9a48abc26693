"""Guesses in which language a comment is: by its letters, then by the small words that every text is full of."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from service.domain.letters import counted, script_of

#: ISO 639-1 codes that can come out; empty for a text that is too short or in none of them.
LANGUAGES: Final = (
    *("en", "tr", "de", "fr", "es", "ur", "ar", "fa", "ru", "uk", "el", "he", "hi", "zh", "ja", "ko"),
)
LETTERS_MIN: Final = 4
LOOKED_AT: Final = 2_000

# By the first word of a letter's Unicode name.
_SCRIPTS: Final = {
    "GREEK": "el",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
}
_URDU: Final = frozenset("ٹڈڑےںہھۓ")
_PERSIAN: Final = frozenset("پچژگکی")
_UKRAINIAN: Final = frozenset("іїєґ")
_TURKISH: Final = frozenset("ğışİ")


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_PERSIAN_WORDS: Final = _words("است این که را با از برای می های شد")
_WORDS: Final = {
    "en": _words(
        "the of and to in is that it for was you on are with as this have but not be they at by from what all",
        "will an would there their so if can who has do my your how we just about no",
    ),
    "tr": _words(
        "bir ve bu da de için çok ne ama gibi daha var mi mı olarak kadar değil ben sen o biz siz onlar şu ki ile",
        "her şey yok sonra bunu ya hiç nasıl neden bana",
    ),
    "de": _words(
        "der die das und ist nicht ich es ein eine zu mit auf für den von im sich auch dem aber wie so man nur",
        "noch werden wird sie haben sind was",
    ),
    "fr": _words(
        "le la les et est pas je un une des que qui dans pour ce il en du au avec plus sur sont mais comme ne se",
        "nous vous ont cette tout",
    ),
    "es": _words(
        "el la los las y es no que de un una en por con para se lo del al como pero más su sus este esta todo",
        "hay muy ya son han yo",
    ),
}
_TOKEN = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> str:
    """The language's code, or an empty text. Time is linear in the first 2,000 characters; the rest is not read."""
    looked_at = text[:LOOKED_AT]
    scripts: Counter[str] = Counter()
    for character, many in counted(looked_at).items():
        if character.isalpha():
            scripts[script_of(character)] += many
    if scripts.total() < LETTERS_MIN:
        return ""
    script = scripts.most_common(1)[0][0]
    if script == "LATIN":
        return _latin(looked_at)
    if script == "ARABIC":
        return _arabic(looked_at)
    if script == "CYRILLIC":
        return "uk" if _UKRAINIAN & set(looked_at.lower()) else "ru"
    if script == "CJK" and scripts.keys() & {"HIRAGANA", "KATAKANA"}:
        return "ja"  # a Japanese text may hold more Chinese characters than kana
    return _SCRIPTS.get(script, "")


def _latin(text: str) -> str:
    # "I" of English and of Turkish are small letters of their own; neither list needs to know.
    words = Counter(_TOKEN.findall(text.lower()))
    found = {
        code: sum(number for word, number in words.items() if word in known) for code, known in _WORDS.items()
    }
    found["tr"] += sum(text.count(letter) for letter in _TURKISH)
    best, second = sorted(found.values(), reverse=True)[:2]
    if best == 0 or best == second:
        return ""
    return max(found, key=lambda code: found[code])


def _arabic(text: str) -> str:
    letters = set(text)
    if _URDU & letters:
        return "ur"
    persian_words = sum(word in _PERSIAN_WORDS for word in _TOKEN.findall(text))
    return "fa" if persian_words and _PERSIAN & letters else "ar"
