"""What is known when a comment comes in: one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.domain.ban import Banned
from service.domain.controls import PageControls
from service.domain.facts import Pace
from service.domain.status import Status
from service.storage import page_facts
from service.storage.facts_query import LASTING, Row, Shape, query
from service.storage.models import Ban
from service.storage.session import Session


@dataclass(frozen=True)
class Asked:
    """About whom and what to ask.

    `address` is the keyed hash of where the sender is, `proven` the id of a comment that the sender proved to have
    written; `besides` is a comment that does not count as a repetition (the one edited). A ban is looked for under
    the email's `domains` (empty when the email is not at hand) and under `sources`, keyed hashes of networks.
    `look_…` is how the sender's name looks. `lately` is the floor of the ids of the last minutes, and `source_sign`
    the key of the sign that comments from the sender's address share, 0 where the address says nothing. `source` is
    `address` again, or empty where many share it: for what one sender may do on a slow page.
    """

    site: str
    page_key: str
    email_index: str
    parent: str | None
    body_fingerprint: str
    since: datetime
    address: str
    now: datetime
    domains: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    proven: str = ""
    besides: str = ""
    look_folded: str = ""
    look_skeleton: str = ""
    lately: str = ""
    source_sign: int = 0
    source: str = ""


@dataclass(frozen=True)
class Parent:
    """The comment that is replied to."""

    id: str
    page_id: str
    holder_id: str | None
    root_id: str | None
    depth: int
    status: Status


@dataclass(frozen=True)
class KnownAuthor:
    """An author who wrote on this site before."""

    id: str
    avatar_seed: str


@dataclass(frozen=True)
class Gathered:
    """`page_id` is None for a page without comments; `author` None, and counts zero, for an email that is new.

    `author_known`: an approved comment of the same email came from the same network, or the sender proved to have
    written one. `author_confirmed`: and that one was confirmed by mail. The email alone proves nothing: anybody may
    know it.

    `pace` is how much came lately; `name_like_author`: the name looks like that of an author who is known for longer,
    and is written otherwise; `met_before` names checks that found something in an earlier text of this comment.
    """

    page_id: str | None
    page: PageControls
    author: KnownAuthor | None
    author_known: bool
    author_approved: int
    author_rejected: int
    author_spam: int
    same_body: int
    parent: Parent | None
    banned: Banned | None = None
    author_confirmed: bool = False
    pace: Pace = Pace()
    name_like_author: bool = False
    met_before: frozenset[str] = frozenset()


def gather(session: Session, asked: Asked) -> Gathered:
    """The facts about a comment that was sent to an existing site."""
    shape = Shape(
        len(asked.domains), len(asked.sources), bool(asked.parent), bool(asked.proven), bool(asked.besides)
    )
    values = {
        **vars(asked),
        **shape.values(asked.domains, asked.sources),
    }
    (found,) = query(shape).rows(session.connection(), values)
    row = Row(*found)
    last_here = None
    if row.slow_seconds and row.page_id is not None:
        sender = (asked.email_index, asked.source)
        last_here = page_facts.last_here(session, asked.site, row.page_id, sender, asked.now, asked.besides)
    met = frozenset(check for check in LASTING if getattr(row, f"met_{check}"))
    return Gathered(
        row.page_id,
        page_facts.controls(row, last_here, asked.now),
        None if row.author_id is None else KnownAuthor(row.author_id, row.avatar_seed or ""),
        author_known=bool(row.author_known),
        author_approved=row.approved or 0,
        author_rejected=row.rejected or 0,
        author_spam=row.spam or 0,
        same_body=row.same_body,
        parent=_parent(row),
        banned=_banned(session, asked, row.ban, met),
        author_confirmed=bool(row.author_confirmed),
        pace=Pace(row.pace_author, row.pace_address, row.pace_page),
        name_like_author=bool(row.name_like_author),
        met_before=met,
    )


def _parent(row: Row) -> Parent | None:
    if row.parent_id is None:
        return None
    assert row.parent_page_id is not None
    assert row.parent_depth is not None
    assert row.parent_status is not None
    return Parent(
        row.parent_id,
        row.parent_page_id,
        row.parent_holder_id,
        row.parent_root_id,
        row.parent_depth,
        row.parent_status,
    )


def _banned(session: Session, asked: Asked, ban: str | None, met: frozenset[str]) -> Banned | None:
    if ban is not None:
        found = session.get(Ban, (asked.site, ban))
        return Banned(found.kind, found.reason, found.expires_at) if found else None
    return Banned(None) if "ban" in met else None
