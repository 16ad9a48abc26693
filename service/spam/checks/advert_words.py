"""Words that advertisers use and readers of news hardly do, and words that nobody hides without a reason."""

from __future__ import annotations

from functools import cache
from itertools import chain

from service.domain.comment import NewComment
from service.domain.disguise import Found, Wanted, readings
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.text import fold
from service.domain.verdict import Signal
from service.spam.wording import signal

SCORE = 0.4
SCORE_DISGUISED = 0.8

ADVERTS = (
    *("viagra", "cialis", "kamagra", "levitra", "sildenafil", "tadalafil", "online casino", "casino bonus"),
    *(
        "free spins",
        "betting tips",
        "forex signals",
        "binary options",
        "double your bitcoin",
        "crypto giveaway",
    ),
    *("payday loan", "payday loans", "buy followers", "buy backlinks", "replica watches", "escort service"),
    *(
        "escort services",
        "spell caster",
        "love spell",
        "write my essay",
        "essay writing service",
        "earn money online",
    ),
    *("make money online", "weight loss pills", "seo services"),
    *("bahis siteleri", "bahis sitesi", "canlı bahis", "kaçak bahis", "deneme bonusu", "casino siteleri"),
    *("escort bayan", "takipçi satın al", "ucuz takipçi", "hacklink", "evden para kazan", "aşk büyüsü"),
    *("bağlama büyüsü", "kefilsiz kredi", "geciktirici sprey"),
    *(
        "آن لائن کیسینو",
        "کالا جادو",
        "عامل بابا",
        "محبوب آپ کے قدموں میں",
        "گھر بیٹھے کمائیں",
        "گھر بیٹھے پیسے کمائیں",
    ),
    *("مردانہ کمزوری", "محبت کا تعویذ"),
)
#: Of use in the news too: only hiding them says something.
HIDDEN = (
    *(
        "casino",
        "porn",
        "escort",
        "bitcoin",
        "sex",
        "nude",
        "gambling",
        "telegram",
        "whatsapp",
        "forex",
        "loan",
    ),
    *("bahis", "kumar", "iddaa", "kredi", "takipçi", "bonus", "جوا", "کیسینو", "سٹہ", "واٹس ایپ", "قرض"),
)


def check(new: NewComment, _facts: Facts) -> Signal | None:
    """Scores the first of these words and phrases in the text; much more where it was hidden from machines."""
    found = list(chain.from_iterable(map(_all().found_in, readings(new.body))))
    hidden = next((one for one in found if one.disguised), None)
    if hidden:
        return _signal(SCORE_DISGUISED, "signal.advert_words.hidden", hidden)
    plain = next((one for one in found if one.run in _adverts()), None)
    return _signal(SCORE, "signal.advert_words.plain", plain) if plain else None


def _signal(score: float, key: str, found: Found) -> Signal:
    said = Message(key, {"words": " ".join(found.run)})
    return signal("advert_words", 1, score, said, span=found.span)


@cache
def _adverts() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(fold(words).split(" ")) for words in ADVERTS)


@cache
def _all() -> Wanted:
    return Wanted([*_adverts(), *(tuple(fold(words).split(" ")) for words in HIDDEN)])
