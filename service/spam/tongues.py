"""In which script and language a text is, as far as letters and the smallest words tell: small, and cautious."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from service.domain.letters import counted, number

LETTERS_MAX: Final = 600
WORDS_MAX: Final = 150

#: In which scripts readers of a site in this language write; Urdu is also written, and mixed, with Latin letters.
SCRIPTS_OF: Final[Mapping[str, frozenset[str]]] = {
    "en": frozenset({"LATIN"}),
    "tr": frozenset({"LATIN"}),
    "ur": frozenset({"ARABIC", "LATIN"}),
}

_WRITTEN: Final[Mapping[str, str]] = {
    "en": "the of and to in is that it for was on are as with be this have not but they at from you what which will "
    "would there their has been were who if about so can or we he his i my your all do",
    "tr": "ve bir bu da de icin ile cok ne gibi daha olarak var yok ama mi mu ki her o en kadar sonra degil olan "
    "ben sen biz siz onlar diye hic bile ise ya boyle nasil neden",
    "es": "el la de que y en los se del las un por con no una su para es al lo como mas pero sus le ya este si muy",
    "de": "der die und in den von zu das mit sich des auf fur ist im dem nicht ein eine als auch es an werden aus "
    "er hat dass sie nach wird bei",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son",
    "it": "di e il la che in un a per non una sono del si con da come le della anche piu ma al dei i nel questo",
    "pt": "de a o que e do da em um para com nao uma os no se na por mais as dos como mas ao ele das seu sua",
    "id": "yang dan di dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa ada itu mereka "
    "lebih sudah oleh",
    "nl": "de van een het en in is dat op te voor met zijn die niet aan er om ook als maar dan bij door nog wel",
    "pl": "i w nie na sie z do to ze o jest jak po co tak za od ale juz jego czy dla tego przez tylko tym",
    "vi": "va la cua co khong nhung duoc cho mot trong nguoi cac nay voi khi de den ra da ban",
}
SMALL_WORDS: Final = {language: frozenset(words.split()) for language, words in _WRITTEN.items()}

_LANGUAGES_OF: Final = {
    word: tuple(language for language, words in SMALL_WORDS.items() if word in words)
    for word in frozenset[str]().union(*SMALL_WORDS.values())
}


@dataclass(frozen=True)
class SmallWords:
    """How many words a text has, and how many of them are among a language's smallest."""

    words: int
    by_language: Mapping[str, int]

    def share(self, language: str) -> float:
        """Of all its words."""
        return self.by_language[language] / self.words if self.words else 0.0


def scripts(text: str) -> Counter[str]:
    """Its first letters, by script."""
    if text.isascii():
        return Counter({"LATIN": number(text[: 2 * LETTERS_MAX], str.isalpha)})
    found: Counter[str] = Counter()
    for character, many in counted(text[: 2 * LETTERS_MAX]).items():
        if character.isalpha():
            found[_script(character)] += many
    return found


def small_words(folded: Iterable[str]) -> SmallWords:
    """The first of these folded words, looked for in each language."""
    words = [word for word in folded if word.isalpha()][:WORDS_MAX]
    found = dict.fromkeys(SMALL_WORDS, 0)
    for word in words:
        for language in _LANGUAGES_OF.get(word, ()):
            found[language] += 1
    return SmallWords(len(words), found)


@lru_cache(4096)
def _script(letter: str) -> str:
    # Letters that only look different (bold, full-width, in circles) are of the script that they are made from.
    return unicodedata.name(unicodedata.normalize("NFKC", letter)[0], "OTHER").partition(" ")[0]
