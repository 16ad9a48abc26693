"""Whether the text is in another language than the site's."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.disguise import readings
from service.domain.facts import Facts
from service.domain.linked import without_addresses
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam import tongues
from service.spam.wording import signal

LETTERS_MIN = 20
SHARE_OF_SCRIPT = 0.1
SCORE_SCRIPT = 0.4
WORDS_MIN = 12
OWN_MAX = 0.05
OTHER_MIN = 0.25
SCORE_WORDS = 0.2
#: As Unicode calls them; of others it is only said that they are others.
NAMED_SCRIPTS = frozenset(
    (
        *("LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "ARMENIAN", "GEORGIAN", "ETHIOPIC"),
        *("DEVANAGARI", "BENGALI", "GURMUKHI", "TAMIL", "THAI", "CJK", "HIRAGANA", "KATAKANA", "HANGUL"),
    )
)


def check(new: NewComment, facts: Facts) -> Signal | None:
    """Scores a text of at least 20 letters of which hardly one is of the site's scripts, or of at least twelve words
    with the small words of another language and none of its own. Of a language that it does not know it says nothing.
    """
    body = without_addresses(new.body)
    letters = tongues.scripts(body)
    expected = tongues.SCRIPTS_OF.get(facts.site_language)
    total = letters.total()
    if expected is None or total < LETTERS_MIN:
        return None
    if sum(letters[script] for script in expected) / total < SHARE_OF_SCRIPT:
        return signal("language", 1, SCORE_SCRIPT, _in_script(letters.most_common(1)[0][0]))
    return _by_words(tongues.small_words(readings(new.body)[0].words), facts.site_language)


def _by_words(found: tongues.SmallWords, own: str) -> Signal | None:
    if own not in tongues.SMALL_WORDS or found.words < WORDS_MIN or found.share(own) > OWN_MAX:
        return None
    other = max(tongues.SMALL_WORDS, key=found.share)
    if found.share(other) < OTHER_MIN:
        return None
    said = Message("signal.language.words", {"language": Message(f"tongue.{other}")})
    return signal("language", 1, SCORE_WORDS, said)


def _in_script(script: str) -> Message:
    if script not in NAMED_SCRIPTS:
        return Message("signal.language.another_script")
    return Message("signal.language.script", {"script": Message(f"script.{script.lower()}")})
