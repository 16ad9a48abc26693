"""Posts of spam campaigns and of honest readers, for tests: each campaign varies, as spammers' tools do."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from tests.api.newsroom import ORIGIN

# {a}, {b} and {n} differ from post to post; the last two have little text or none in common beside a domain.
TEMPLATES = (
    "I made ${n} in one week trading crypto with Mrs {a} {b}, contact her on WhatsApp and thank me later",
    "{a} {b} here: the best replica watches with free shipping worldwide, order today and get {n} percent off",
    "Evden çalışarak günde {n} lira kazanmak ister misiniz? {a} hanıma hemen yazın, sınırlı kontenjan, acele edin",
    "صرف {n} دن میں گھر بیٹھے لاکھوں روپے کمائیں، ابھی واٹس ایپ پر {a} سے رابطہ کریں اور مفت تربیت حاصل کریں",
)
SHORT = (
    "Wow {a}! https://cheap-pills.example/{n}",
    "{b}: see https://cheap-pills.example/{n} now",
    "https://cheap-pills.example/?x={n} {a}",
)
CAMPAIGNS = len(TEMPLATES) + 1
NAMES = (
    *("Olivia", "Sophia", "Emma", "Ayla", "Zeynep", "Fatima", "Maria", "Anna", "Linda", "Helen", "Grace"),
    *("Julia", "Sara", "Nadia", "Elif", "Hira", "Clara", "Marta", "Irene", "Paula", "Rita", "Vera"),
)
# What people say about one article: they share its subject, and nothing else.
HONEST = (
    "The minister said last year that the bridge would be finished by spring, and here we are again with new excuses.",
    "As a nurse I can only agree. Our ward lost four colleagues this winter and nobody has replaced a single one.",
    "Does anybody know whether the council will publish the minutes of that meeting? I could not find them anywhere.",
    "Good reporting. It would have helped to show how the numbers compare with the towns across the river.",
    "I grew up on that street, and the flooding was always bad, long before anybody built the new shopping centre.",
    "My daughter's school closed for two days because of this and we heard about it from the radio, not from them.",
    "Köprü yapılmadan önce de aynı sözleri vermişlerdi, bu sefer neden farklı olacağını kimse anlatmadı bize.",
    "Bu haberi okuyunca kendi mahallemizi düşündüm; otobüs saatleri aylardır düzelmedi, kimse de cevap vermiyor.",
    "یہ سڑک تین سال سے زیر تعمیر ہے اور ہر بار نئی تاریخ دی جاتی ہے، عوام کب تک انتظار کریں گے؟",
    "The graph is misleading because the axis starts at eighty. Please correct it, the rest of the piece is fine.",
    "What about cyclists? The plan mentions lanes twice and the budget has not one line about them.",
    "I disagree with the editorial: cheaper tickets did fill the trains, only not the ones that were empty.",
    "Thank you!",
    "Great article.",
    "Well said.",
    "I have read the report in full, see https://www.gov.example/report-2026 page forty, and it says the opposite.",
    "We rented out a flat there; the tax office took nine months to answer one letter about it.",
    "Sad news. He taught me chemistry and never once raised his voice, not even at the back row.",
    "Has the editor considered asking the people who actually live next to the proposed wind farm?",
    "Every autumn the same story, every spring the same holes in the same road. Nothing new under the sun.",
)


OWN_WORDS = (
    *(
        "kitchen",
        "Thursday",
        "uncle",
        "harbour",
        "ticket",
        "bakery",
        "winter",
        "neighbour",
        "invoice",
        "tram",
    ),
    *("orchard", "library", "dentist", "mayor", "pension", "river", "garden", "budget", "school", "choir"),
    *("market", "ferry", "roof", "doctor", "protest", "museum", "bicycle", "stadium", "teacher", "parcel"),
)


@dataclass(frozen=True)
class Post:
    """A submission; `campaign` is None for an honest reader's."""

    campaign: int | None
    fields: dict[str, Any]
    address: str


def raid(posts: int, honest: int, seed: int = 1) -> list[Post]:
    """So many posts of five campaigns in turn, over ten pages and as many sources, mixed with honest ones."""
    chance = random.Random(seed)
    made = [_spam(number, number % CAMPAIGNS, chance) for number in range(posts)]
    made += [_honest(number) for number in range(honest)]
    chance.shuffle(made)
    return made


def spam_text(campaign: int, chance: random.Random) -> str:
    """A text of this campaign."""
    template = TEMPLATES[campaign] if campaign < len(TEMPLATES) else chance.choice(SHORT)
    a, b = chance.sample(NAMES, 2)
    text = template.format(a=a, b=b, n=chance.randrange(10, 9_999))
    return text + chance.choice(("", "!", " 🙂", "\n\n" + chance.choice(NAMES)))


def _spam(number: int, campaign: int, chance: random.Random) -> Post:
    fields = {
        "body": spam_text(campaign, chance),
        "name": chance.choice(NAMES),
        "email": f"spam{number}@mail.example.org",
        "page": f"{ORIGIN}/{number % 10}",
    }
    return Post(campaign, fields, f"198.51.{number // 200}.{number % 200}")


def _honest(number: int) -> Post:
    fields = {
        "body": HONEST[number % len(HONEST)] if number < len(HONEST) else _second(number),
        "name": f"Reader {number}",
        "email": f"honest{number}@mail.example.org",
        "page": f"{ORIGIN}/{number % 10}",
    }
    return Post(None, fields, f"203.0.{113 + number // 200}.{number % 200}")


def _second(number: int) -> str:
    """Two sentences of others in a new order: readers do not copy whole comments."""
    one, other = HONEST[number % len(HONEST)], HONEST[(number + number // len(HONEST)) % len(HONEST)]
    own = random.Random(number).sample(OWN_WORDS, 6)
    begins, ends = other.split(" ", 1)[-1][:25], one.split(" ", 4)[-1][:20]
    return f"{' '.join(own[:3])}: {begins} {number}? {' '.join(own[3:])} {ends}"
