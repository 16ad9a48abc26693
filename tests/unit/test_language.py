"""The language of a comment, as far as its letters and small words tell."""

from __future__ import annotations

import pytest

from service.domain.language import LANGUAGES, LETTERS_MIN, LOOKED_AT, language_of
from tests.backing.cost import times_the_cost


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("That is the sentence to remember. Ask again in April.", "en"),
        ("Kesinlikle katılıyorum. Subay değişimi hep bir cümleyle geçiyor.", "tr"),
        ("Ben de bunu merak ediyorum ama kimse bir şey demiyor", "tr"),
        ("Das ist ja nicht zu glauben, und ich habe es auch noch geglaubt.", "de"),
        ("Je ne suis pas d'accord avec vous, mais c'est une bonne question.", "fr"),
        ("No estoy de acuerdo con el artículo, pero es muy bueno.", "es"),
        ("یہ بات درست ہے۔ مشترکہ تربیت سے جو اعتماد پیدا ہوتا ہے", "ur"),
        ("هذا المقال ممتاز ولكن ينقصه الكثير", "ar"),
        ("این مقاله خیلی خوب است و باید آن را خواند", "fa"),
        ("Это очень хорошая статья", "ru"),
        ("Це дуже гарна стаття, її варто прочитати", "uk"),
        ("Αυτό είναι ένα καλό άρθρο", "el"),
        ("זה מאמר טוב מאוד", "he"),
        ("यह एक अच्छा लेख है", "hi"),
        ("这是一篇很好的文章", "zh"),
        ("これは良い記事です", "ja"),
        ("좋은 기사입니다", "ko"),
        ("", ""),
        ("!!! 123 :-)", ""),
        ("Zzyzx qwrt", ""),
    ],
)
def test_the_language_is_told(text: str, code: str) -> None:
    assert language_of(text) == code
    assert code in ("", *LANGUAGES)


def test_too_few_letters_tell_nothing() -> None:
    assert language_of("좋" * (LETTERS_MIN - 1)) == ""
    assert language_of("좋" * LETTERS_MIN) == "ko"


def test_only_the_beginning_is_read() -> None:
    assert language_of("좋" * LOOKED_AT + "the " * 10_000) == "ko"
    short, long = "the " * LOOKED_AT, "the " * 2_000_000
    assert times_the_cost(lambda: language_of(long), lambda: language_of(short)) < 3
