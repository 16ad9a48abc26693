"""What judging one comment costs without the database: CPU time of the whole pipeline, and memory of a process.

python -m benchmarks.pipeline [--comments 3000] prints a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

COMMENTS: Final = 3_000
WARM_UP: Final = 300
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


def measure(number: int) -> dict[str, float]:
    """Microseconds of CPU per comment (median and 99th percentile), and the mebibytes that judging adds."""
    before = _memory_mib()
    judged = _judge()
    for text in texts(WARM_UP):
        judged(text)
    spent = []
    for text in texts(number):
        began = time.process_time_ns()
        judged(text)
        spent.append((time.process_time_ns() - began) / 1_000)
    spent.sort()
    return {
        "comments": number,
        "cpu_us": round(statistics.median(spent), 1),
        "cpu_us_p99": round(spent[len(spent) * 99 // 100], 1),
        "memory_mib": round(_memory_mib() - before, 1),
    }


def _judge():  # type: ignore[no-untyped-def]
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


def _memory_mib() -> float:
    # What is resident now: the most that there ever was is inherited from whoever started this process.
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def apart(number: int = COMMENTS) -> dict[str, float]:
    """The same in a process of its own, so that its memory is nobody else's."""
    command = [sys.executable, "-m", "benchmarks.pipeline", "--comments", str(number)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline", description=__doc__)
    parser.add_argument("--comments", type=int, default=COMMENTS)
    print(json.dumps(measure(parser.parse_args().comments)))


if __name__ == "__main__":
    main()
