"""The threads that every server gets: the same comments, in the same order, whenever and wherever they are made."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Final

BODY_CHARACTERS: Final = 280
REPLY_SHARE: Final = 0.3
DEPTH_MAX: Final = 3
RECENT: Final = 40  # replies go to one of the latest comments, as on a news page

MAIN: Final = "bench"
MIX_SITES: Final = tuple(f"mix-{number}" for number in range(1, 9))
MIX_PAGES_PER_SITE: Final = 3
WRITE_SITES: Final = tuple(f"write-{number}" for number in range(1, 21))

_FIRST = "Abena Bao Catrin Dilek Emil Farah Goran Hana Idris Jolanta Kofi Lena Mehmet Nuala Oskar Perihan"
_LAST = "Aydın Brandt Castellan Dunne Ekström Ferrari Grant Hughes Ivanov Jansen Kaya Lindholm Mbeki Öztürk"
_WORDS = (
    "and or but the a our their this that every no some people readers council mayor bridge school harbour road "
    "tram budget report number plan river library hospital market street winter vote price rent water bus light "
    "says knows wants asked built closed opened promised paid measured forgot repaired counted moved grew fell "
    "slowly again never today yesterday quietly nearly perhaps in of for from with under over without between"
)
FIRST_NAMES: Final = _FIRST.split()
LAST_NAMES: Final = _LAST.split()
WORDS: Final = _WORDS.split()


@dataclass(frozen=True)
class Entry:
    """One comment; `parent` is the position of the comment it replies to, in the same thread."""

    position: int
    parent: int | None
    depth: int
    name: str
    email: str
    body: str


@dataclass(frozen=True)
class Thread:
    """A page's comments, parents first. `site` matters where one installation serves several."""

    site: str
    slug: str
    size: int

    @property
    def url(self) -> str:
        return f"https://news.example/{self.slug}"

    def entries(self) -> list[Entry]:
        return _entries(self)


TEN: Final = Thread(MAIN, "thread-10", 10)
HUNDRED: Final = Thread(MAIN, "thread-100", 100)
THOUSAND: Final = Thread(MAIN, "thread-1000", 1000)
SMALL: Final = tuple(Thread(MAIN, f"small-{number}", 4 + number * 5 % 31) for number in range(1, 18))
COUNTED: Final = (TEN, HUNDRED, THOUSAND, *SMALL)
MIX: Final = tuple(
    Thread(site, f"{site}-page-{number}", 100)
    for site in MIX_SITES
    for number in range(1, MIX_PAGES_PER_SITE + 1)
)
ALL: Final = (*COUNTED, *MIX)


@cache
def _entries(thread: Thread) -> list[Entry]:
    chance = random.Random(thread.slug)
    entries: list[Entry] = []
    for position in range(thread.size):
        parent = None
        if chance.random() < REPLY_SHARE:
            above = [entry for entry in entries[-RECENT:] if entry.depth < DEPTH_MAX]
            parent = chance.choice(above) if above else None
        entries.append(
            Entry(
                position,
                parent.position if parent else None,
                parent.depth + 1 if parent else 0,
                f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}",
                f"reader-{chance.randrange(3000)}@reader.example.org",
                body(chance),
            )
        )
    return entries


def body(chance: random.Random) -> str:
    """Sentences of made-up prose, about BODY_CHARACTERS characters, sometimes in two paragraphs."""
    sentences: list[str] = []
    length = 0
    while length < BODY_CHARACTERS - 30:
        sentence = " ".join(chance.choices(WORDS, k=chance.randint(7, 13))).capitalize() + chance.choice(
            "...?!"
        )
        sentences.append(sentence)
        length += len(sentence) + 1
    middle = len(sentences) // 2
    if chance.random() < 0.15:
        return " ".join(sentences[:middle]) + "\n\n" + " ".join(sentences[middle:])
    return " ".join(sentences)


def new_entry(number: int) -> Entry:
    """A comment that is sent during a measurement: its author and its text are its own."""
    chance = random.Random(number)
    name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
    return Entry(0, None, 0, name, f"writer-{number}@reader.example.org", f"{body(chance)} No. {number}.")


def reader_address(number: int) -> str:
    """One of 131,072 addresses that are set aside for benchmarks (RFC 2544, 198.18.0.0/15)."""
    number %= 1 << 17
    return f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
