"""Saving a site's rules, going back to earlier ones, and trying drafts on what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final

from service.clock import rfc3339
from service.domain.errors import NotFound, StaleVersion
from service.domain.ids import new_id
from service.domain.message import Message
from service.domain.rules import Rule, RuleBook, rule_of
from service.i18n.messages import in_english
from service.settings import Policy
from service.spam import pipeline
from service.spam.checks import rules as checks
from service.spam.rulebooks import forget_rules
from service.storage import events, rules
from service.storage.database import Session, reading, transaction
from service.storage.events import NewEvent
from service.storage.rules import Replayed, RuleSet, Span

SAVED: Final = "rules_saved"
_OWN: Final = frozenset({checks.NAME_HOLD, checks.NAME_WATCH})


@dataclass(frozen=True)
class By:
    """Who saves, why and when; `seen` is the version that they looked at (0 for none)."""

    actor: str
    note: str
    at: datetime
    seen: int


@dataclass(frozen=True)
class Draft:
    """Rules and a policy to try; None means those in force."""

    rules: tuple[Rule, ...] | None
    policy: Policy | None


def save(site: str, new: Sequence[Rule], by: By) -> dict[str, Any]:
    """The new version; every process follows it within a second. Raises StaleVersion, Unavailable."""
    with transaction() as session:
        saved = _add(session, site, [rule.document() for rule in new], by, None)
    forget_rules()
    return saved


def revert(site: str, version: int, by: By) -> dict[str, Any]:
    """A new version with the rules of an earlier one. Raises NotFound, StaleVersion, Unavailable."""
    with transaction() as session:
        earlier = rules.version(session, site, version)
        if earlier is None:
            raise NotFound("There is no such version.")
        saved = _add(session, site, earlier.rules, by, version)
    forget_rules()
    return saved


def current_view(site: str) -> dict[str, Any]:
    """The rules in force; version 0 where none were saved. Raises Unavailable."""
    with reading() as session:
        found = rules.current(session, site)
    return rules_view(found) if found else {**_empty(site)}


def rules_view(found: RuleSet) -> dict[str, Any]:
    """One version."""
    return {
        "site": found.site,
        "version": found.version,
        "rules": found.rules,
        "by": found.actor,
        "note": found.note,
        "reverts_to": found.reverts_to,
        "created_at": rfc3339(found.created_at),
    }


def simulate(span: Span, draft: Draft, policy: Policy) -> dict[str, Any]:
    """What the draft would have done otherwise, newest first, and where to go on. Raises Unavailable.

    Every comment's kept evidence is weighed again, with the draft's rules in the place of the rules' signals. Those
    in force are weighed the same way, so only what the draft changes is listed.
    """
    with reading() as session:
        in_force = rules.current(session, span.site)
        found = rules.replay(session, span)
    now = RuleBook.of([rule_of(one) for one in in_force.rules]) if in_force else RuleBook()
    then = now if draft.rules is None else RuleBook.of(draft.rules)
    changed = [
        line for one in found if (line := _difference(one, (now, policy), (then, draft.policy or policy)))
    ]
    return {
        "looked_at": len(found),
        "changed": changed,
        "next": found[-1].comment.id if len(found) == span.limit else None,
    }


def _difference(
    one: Replayed, now: tuple[RuleBook, Policy], then: tuple[RuleBook, Policy]
) -> dict[str, Any] | None:
    before, after = (_judged(one, *way) for way in (now, then))
    if before[0] == after[0]:
        return None
    comment = one.comment
    said = after[1] or before[1]
    return {
        "comment": comment.id,
        "body": comment.body,
        "status": comment.status.value,
        "before": before[0],
        "after": after[0],
        "reason": in_english(said),
        "messages": [message.document() for message in said],
    }


def _judged(one: Replayed, book: RuleBook, policy: Policy) -> tuple[str, tuple[Message, ...]]:
    """The status that the comment would get, and what the rules say about it."""
    comment = one.comment
    mine = [way(book, comment.name, comment.body, comment.website) for way in (checks.hold, checks.watch)]
    own = [signal for signal in mine if signal]
    signals = (*(signal for signal in one.signals if signal.check not in _OWN), *own)
    verdict = pipeline.weigh(signals, pipeline.Weighing(policy, one.author_known, book.hold_from))
    return verdict.status.value, tuple(chain.from_iterable(signal.messages for signal in own))


def _add(
    session: Session, site: str, documents: list[dict[str, Any]], by: By, reverts_to: int | None
) -> dict[str, Any]:
    before = rules.current(session, site)
    version = before.version if before else 0
    values = {
        "site": site,
        "version": by.seen + 1,
        "rules": documents,
        "actor": by.actor,
        "note": by.note,
        "reverts_to": reverts_to,
        "created_at": by.at,
    }
    if version != by.seen or not rules.add(session, values):
        last = rules.current(session, site)
        raise StaleVersion(
            "The rules have changed since you saw them.",
            current_version=last.version if last else 0,
            current_status=None,
            changed_by=last.actor if last else None,
            changed_at=rfc3339(last.created_at) if last else None,
            change=SAVED,
        )
    events.add(session, _event(site, by, len(documents), reverts_to))
    saved = rules.version(session, site, by.seen + 1)
    assert saved is not None
    return rules_view(saved)


def _event(site: str, by: By, number: int, reverts_to: int | None) -> NewEvent:
    return NewEvent(
        site=site,
        id=new_id(),
        kind=SAVED,
        actor=by.actor,
        reason="",
        note=by.note,
        detail={"rules": number, "rules_version": by.seen + 1, "reverts_to": reverts_to},
        created_at=by.at,
    )


def _empty(site: str) -> dict[str, Any]:
    return {
        "site": site,
        "version": 0,
        "rules": [],
        "by": None,
        "note": "",
        "reverts_to": None,
        "created_at": None,
    }
