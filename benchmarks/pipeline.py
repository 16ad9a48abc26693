"""What judging one comment costs without the database: CPU time of the whole pipeline, and memory of a process.

Also what the most expensive of some hostile texts costs, twice as long as the longest that the API takes.

python -m benchmarks.pipeline [--comments 3000] prints a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

COMMENTS: Final = 3_000
WARM_UP: Final = 300
HOSTILE_CHARACTERS: Final = 10_000
HOSTILE_ROUNDS: Final = 3
#: What once cost much, repeated up to that length.
HOSTILE: Final = {
    "brackets": "[",
    "links in links": "[a](" + "w" * 45,
    "lists in lists": "- + " * 10 + "\n",
    "quotes in quotes": ">" * 20 + "a\n\n",
    "addresses": "https://a.example ",
    "refused addresses": "https://a@",
    "hosts": "é.com а.com ",
    "escapes": "\\a",
    "emphasis": "*a_ ",
    "letters apart": "v i a g r a ",
    "digits for letters": "v1agra ca5ino ",
    "stretched": "aaaa ",
    "a phrase in a letter": "ﷺ",
    "accents": "a\u0301\u0316",
    "joiners": "a\u200d",
    "mathematical": "𝔞",
    "blank lines": "a\n\n",
}
ADVERTS: Final = (
    "Check out my channel at https://shop.example/x and subscribe, cheap v1agra, call +1 555 010 9999 now!!!",
    "Kazanmak icin hemen tiklayin: www.bahis.example, deneme bonusu, canli b4h1s, 0532 000 00 00",
    "گھر بیٹھے کمائیں، ابھی رابطہ کریں https://kamai.example",
)


def texts(number: int) -> list[str]:
    """Comments of about 280 characters in three languages, one in ten an advertisement, each of them another one."""
    from service.cli import seed_texts

    chance = random.Random(20_260_307)
    speeches = (seed_texts.ENGLISH, seed_texts.TURKISH, seed_texts.URDU)
    parts = [[part.source for part in speech.paragraphs(chance)] for speech in speeches]
    made = []
    for place in range(number):
        honest = " ".join(chance.sample(parts[place % 3], 2)) + f" {place}"
        made.append(f"{ADVERTS[place % 3]} {place}" if place % 10 == 9 else honest)
    return made


def hostile(chance: random.Random) -> dict[str, str]:
    """Texts of 10,000 characters made to cost much, by what they are made of."""
    texts = {name: unit * (HOSTILE_CHARACTERS // len(unit) + 1) for name, unit in HOSTILE.items()}
    texts["words never seen"] = " ".join(f"{chance.getrandbits(40):x}zq" for _ in range(1_000))
    texts["all of Unicode"] = "".join(chr(chance.randrange(0x20, 0xD800)) for _ in range(HOSTILE_CHARACTERS))
    texts["words of all scripts"] = " ".join(re.findall(".{6}", texts["all of Unicode"], re.DOTALL))
    return {name: text[:HOSTILE_CHARACTERS] for name, text in texts.items()}


def measure(number: int) -> dict[str, float | str]:
    """Microseconds of CPU per comment (median and 99th percentile), and the mebibytes that judging adds.

    `worst_ms` are milliseconds for the hostile text that costs most, `worst_text` says which that is;
    `classifier_worst_ms` the same for the classifier with its explanation alone.
    """
    before = _memory_mib()
    judged = judge_alone()
    for text in texts(WARM_UP):
        judged(text)
    spent = []
    for text in texts(number):
        began = time.process_time_ns()
        judged(text)
        spent.append((time.process_time_ns() - began) / 1_000)
    spent.sort()
    memory = _memory_mib() - before
    worst, name = _worst(judged)
    classified, _ = _worst(classify_alone())
    return {
        "comments": number,
        "cpu_us": round(statistics.median(spent), 1),
        "cpu_us_p99": round(spent[len(spent) * 99 // 100], 1),
        "memory_mib": round(memory, 1),
        "worst_ms": round(worst, 1),
        "worst_text": name,
        "classifier_worst_ms": round(classified, 1),
    }


def _worst(judged: Callable[[str], object]) -> tuple[float, str]:
    """The least of a few rounds each, because what else runs only adds; the new words are other ones each time."""
    chance = random.Random(20_260_307)
    least: dict[str, float] = {}
    for _ in range(HOSTILE_ROUNDS):
        for name, text in hostile(chance).items():
            began = time.process_time_ns()
            judged(text)
            spent = (time.process_time_ns() - began) / 1_000_000
            least[name] = min(spent, least.get(name, spent))
    return max((spent, name) for name, spent in least.items())


def judge_alone() -> Callable[[str], None]:
    """Judges a text as the service does, without the database."""
    from dataclasses import replace

    from service.domain.comment import NewComment
    from service.domain.email import EmailAddress
    from service.domain.facts import Facts
    from service.domain.opinion import Classified
    from service.domain.page import PageKey
    from service.settings import Policy
    from service.spam import throwaways
    from service.spam.classifier import prior
    from service.spam.classifier.features import Text
    from service.spam.classifier.opine import Scorer
    from service.spam.grouping import signs_of
    from service.spam.pipeline import judge

    email = EmailAddress("a@mail.example.org", "a@mail.example.org", "mail.example.org")
    page = PageKey("https://news.example/a", "https://news.example/a")
    new = NewComment("paper", page, "", None, "Ada Marsh", email, "", "")
    facts = Facts(False, 0, 0, 0, 0, "en", limits_degraded=False, site_flooded=False)
    scorer = Scorer(prior.shipped(), None)

    def judged(text: str) -> None:
        comment = replace(new, body=text)
        signs_of(comment.body, comment.website, "", ())
        known = replace(
            facts,
            classified=Classified(scorer.opinion(Text(comment.body, comment.name, ""))),
            email_disposable=throwaways.is_disposable(email.domain),
        )
        judge(comment, known, Policy.HOLD_SIGNALS)

    return judged


def classify_alone() -> Callable[[str], object]:
    """Asks the shipped classifier for its opinion."""
    from service.spam.classifier import prior
    from service.spam.classifier.features import Text
    from service.spam.classifier.opine import Scorer

    scorer = Scorer(prior.shipped(), None)
    return lambda text: scorer.opinion(Text(text, "Ada Marsh", ""))


def _memory_mib() -> float:
    # What is resident now: the most that there ever was is inherited from whoever started this process.
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def apart(number: int = COMMENTS) -> dict[str, float | str]:
    """The same in a process of its own, so that its memory is nobody else's."""
    command = [sys.executable, "-m", "benchmarks.pipeline", "--comments", str(number)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float | str] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline", description=__doc__)
    parser.add_argument("--comments", type=int, default=COMMENTS)
    print(json.dumps(measure(parser.parse_args().comments)))


if __name__ == "__main__":
    main()
