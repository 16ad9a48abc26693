"""What is seeded: when each comment was sent, by whom, where and under which other; the same plan gives the same."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from service.cli.seed_texts import Paragraph
from service.domain.language import language_of
from service.domain.text import fold
from service.storage.seeding import Seeded

DEPTH_MAX: Final = 3
REPLY_SHARE: Final = 0.5
WEBSITE_SHARE: Final = 0.05
BATCH: Final = 20_000
# How many comments of a page a batch has at least, where there are enough: without them there are no replies.
PER_PAGE: Final = 20
RECENT: Final = 48  # only so many comments of a page still get replies
SPACING: Final = timedelta(seconds=30)
SPAN_MAX: Final = timedelta(days=365)


@dataclass(frozen=True)
class Writer:
    """An author as seeded comments need one: the paragraphs are of the author's language."""

    id: str
    name: str
    folded: str
    language: str
    paragraphs: Sequence[Paragraph]


@dataclass(frozen=True)
class Plan:
    """What to seed. `until` is the time of the newest comment; `chance` makes ids and everything else."""

    comments: int
    page_ids: Sequence[str]
    writers: Sequence[Writer]
    until: datetime
    chance: random.Random
    body_fingerprint: Callable[[str], str]

    @property
    def spacing(self) -> timedelta:
        """The time from one comment to the next."""
        return min(SPACING, SPAN_MAX / self.comments)


@dataclass
class _Node:
    """A comment while its batch is put together; `replies` counts the direct ones."""

    id: str
    page_id: str
    parent: _Node | None
    root: _Node | None
    depth: int
    sent: datetime
    replies: int = field(default=0)


def batches(plan: Plan) -> Iterator[list[Seeded]]:
    """The comments, oldest first, in batches that stand alone: every reply is in the batch of its parent."""
    number = -(-plan.comments // BATCH)
    width = max(BATCH // PER_PAGE, -(-len(plan.page_ids) // number))
    for batch in range(number):
        first = batch * BATCH
        size = min(BATCH, plan.comments - first)
        places = [
            plan.page_ids[(batch * width + i) % len(plan.page_ids)]
            for i in range(min(width, len(plan.page_ids)))
        ]
        nodes = _tree(plan, first, size, places)
        yield [_written(plan, node) for node in nodes]


def _tree(plan: Plan, first: int, size: int, places: Sequence[str]) -> list[_Node]:
    chance = plan.chance
    recent: dict[str, deque[_Node]] = {place: deque(maxlen=RECENT) for place in places}
    nodes = []
    for number in range(first, first + size):
        sent = plan.until - plan.spacing * (plan.comments - 1 - number)
        place = chance.choice(places)
        open_to_replies = recent[place]
        parent = chance.choice(open_to_replies) if open_to_replies and chance.random() < REPLY_SHARE else None
        node = _node(new_id(sent, chance), place, parent, sent)
        if node.depth < DEPTH_MAX:
            open_to_replies.append(node)
        nodes.append(node)
    return nodes


def _node(identifier: str, page_id: str, parent: _Node | None, sent: datetime) -> _Node:
    if parent is None:
        return _Node(identifier, page_id, None, None, 0, sent)
    parent.replies += 1
    return _Node(identifier, page_id, parent, parent.root or parent, parent.depth + 1, sent)


def _written(plan: Plan, node: _Node) -> Seeded:
    chance = plan.chance
    writer = plan.writers[int(chance.random() ** 2 * len(plan.writers))]  # some write much, most write little
    first, second = chance.choice(writer.paragraphs), chance.choice(writer.paragraphs)
    return Seeded(
        id=node.id,
        page_id=node.page_id,
        author_id=writer.id,
        parent_id=node.parent.id if node.parent else None,
        root_id=node.root.id if node.root else None,
        depth=node.depth,
        listed_replies=node.replies,
        name=writer.name,
        website="https://reader.example.org/" if chance.random() < WEBSITE_SHARE else "",
        body=f"{first.source}\n\n{second.source}",
        body_html=first.html + second.html,
        body_fingerprint=plan.body_fingerprint(f"{first.folded} {second.folded}"),
        search_text=f"{writer.folded} {first.folded} {second.folded}",
        language=writer.language,
        created_at=node.sent,
    )


def new_id(moment: datetime, chance: random.Random) -> str:
    """A UUIDv7 (RFC 9562, 5.7 and 6.2, method 3) of this moment, its random bits from `chance`."""
    microseconds = int((moment - datetime.fromtimestamp(0, moment.tzinfo)) / timedelta(microseconds=1))
    milliseconds, rest = divmod(microseconds, 1000)
    fraction = rest * 4096 // 1000
    value = milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | chance.getrandbits(62)
    return f"{value:032x}"


def writers(
    names_and_ids: Sequence[tuple[str, str]], paragraphs: Sequence[Sequence[Paragraph]]
) -> list[Writer]:
    """Writers of (name, author id), their languages in turn."""
    languages = [language_of(" ".join(one.source for one in some)) for some in paragraphs]
    return [
        Writer(
            author_id,
            name,
            fold(name),
            languages[number % len(languages)],
            paragraphs[number % len(paragraphs)],
        )
        for number, (name, author_id) in enumerate(names_and_ids)
    ]
