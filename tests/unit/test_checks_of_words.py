"""The checks of what a text says and how, on each side of each of their thresholds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.spam.checks import advert_words, language, repetition
from tests.unit.comments import FACTS, with_body


@pytest.mark.parametrize(
    ("body", "score"),
    [
        ("Nothing is sold here.", None),
        ("The casino was closed by the police, and 3 arrests followed.", None),
        ("Our specialist wrote about it", None),
        ("Cheap VIAGRA here", advert_words.SCORE),
        ("Join the best online  casino today", advert_words.SCORE),
        ("play at our c4sin0 tonight", advert_words.SCORE_DISGUISED),
        ("c a s i n o", advert_words.SCORE_DISGUISED),
        ("vіаgrа", advert_words.SCORE_DISGUISED),
        ("Bahis yasağı mecliste", None),
        ("CANLI BAHİS için", advert_words.SCORE),
        ("canlı b4h1s için", advert_words.SCORE_DISGUISED),
        ("b.a.h.i.s", advert_words.SCORE_DISGUISED),
        ("TAKİPÇİ SATIN AL", advert_words.SCORE),
        ("جوا ایک لعنت ہے", None),
        ("كالا جادو كا توڑ", advert_words.SCORE),
        ("ج و ا کھیلیں", advert_words.SCORE_DISGUISED),
        ("کــالا جــادو", advert_words.SCORE),
        ("وا\u200cٹس ایپ پر", None),
    ],
)
def test_words_of_advertisers_plain_and_hidden(body: str, score: float | None) -> None:
    found = advert_words.check(with_body(body), FACTS)
    assert (found and found.score) == score
    assert found is None or found.span is not None


@pytest.mark.parametrize(
    ("body", "score"),
    [
        ("so goo" + "o" * 7, None),
        ("s" + "o" * 10, repetition.SCORE_RUN),
        ("why" + "!" * 39, repetition.SCORE_RUN),
        ("why" + "!" * 40, repetition.SCORE_RUN_LONG),
        ("above\n" + "-" * 60 + "\nbelow", None),
        ("buy " * 11, None),
        ("buy " * 12, repetition.SCORE_WORDS),
        ("buy it or leave the rest " * 3, None),
        ("buy this buy that buy more buy less of it all now", None),
        ("buy this buy that buy more buy less buy now ok then", repetition.SCORE_WORDS),
        ("ہہہہہہہہہہہہ", repetition.SCORE_RUN),
        ("SATIN satın SATIN satın SATIN satın SATIN satın SATIN satın SATIN satın", repetition.SCORE_WORDS),
    ],
)
def test_repetition_of_characters_and_words(body: str, score: float | None) -> None:
    found = repetition.check(with_body(body), FACTS)
    assert (found and found.score) == score


@pytest.mark.parametrize(
    ("site", "body", "score"),
    [
        ("en", "Я прочитал это дважды", None),  # 18 letters
        ("en", "Я прочитал это два раза", None),
        ("en", "Я прочитал это дважды, и не согласен", language.SCORE_SCRIPT),
        ("tr", "Я прочитал это дважды, и не согласен", language.SCORE_SCRIPT),
        ("ur", "Я прочитал это дважды, и не согласен", language.SCORE_SCRIPT),
        ("ur", "یہ بات بالکل درست ہے اور سب کو پڑھنی چاہیے", None),
        ("ur", "yeh baat bilkul durust hai aur sab ko parhni chahiye", None),
        ("en", "یہ بات بالکل درست ہے اور سب کو پڑھنی چاہیے", language.SCORE_SCRIPT),
        ("en", "Я читал the whole article", None),
        ("en", "Привет", None),
        ("en", "https://пример.example/длинный/путь/к/этой/странице ok", None),
        ("en", "I have read all of it, and I do not agree with what he says there.", None),
        ("tr", "I have read all of it, and I do not agree with what he says there.", language.SCORE_WORDS),
        ("tr", "I have read it and do not agree with him", None),
        ("tr", "Bu konuda ne kadar haklı olduğunu bir kez daha gördük, ama çok geç.", None),
        ("en", "Bu konuda ne kadar haklı olduğunu bir kez daha gördük, ama çok geç.", language.SCORE_WORDS),
        ("en", "La casa de mi hermano es muy grande y no me gusta nada, pero es así", language.SCORE_WORDS),
        ("en", "Ankara Istanbul Izmir Bursa Adana Konya Antalya Mersin Kayseri Samsun Trabzon Van", None),
        ("xx", "Я прочитал это дважды, и не согласен", None),
        ("en", "𝐇𝐞𝐥𝐥𝐨 𝐟𝐫𝐢𝐞𝐧𝐝𝐬 𝐨𝐟 𝐭𝐡𝐞 𝐩𝐚𝐩𝐞𝐫", None),
    ],
)
def test_a_language_unlike_the_sites(site: str, body: str, score: float | None) -> None:
    found = language.check(with_body(body), replace(FACTS, site_language=site))
    assert (found and found.score) == score
