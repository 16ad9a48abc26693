"""Tells the filter outside where moderators overruled it, in a job: a few comments at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from service import clock
from service.domain.status import Decision, Status
from service.outbound.akismet import Call, teach
from service.spam.outside import account_of, asked_of
from service.storage import jobs, outside_filters, sites
from service.storage.database import Session, reading, transaction
from service.storage.outside_filters import Taught

if TYPE_CHECKING:
    from service.web.context import Services

JOB: Final = "teach-outside"
AT_ONCE: Final = 5
_CONTRARY: Final = {Call.SPAM: Call.HAM, Call.HAM: Call.SPAM}


@dataclass(frozen=True)
class Lesson:
    """A decision to tell about, from the comment with the id `after` on, up to the one with `until` (empty: all).

    `undone`: it was taken back, and the contrary is told.
    """

    site: str
    decision: str
    after: str = ""
    undone: bool = False
    until: str = ""


def have_taught(session: Session, site: str, decision: str, kind: Decision) -> None:
    """Has the filter told about a decision that may contradict it, if the site asks one."""
    if kind in (Decision.SPAM, Decision.APPROVE) and outside_filters.is_on(session, site):
        _add(session, Lesson(site, decision))


def have_untaught(session: Session, site: str, decision: str, kind: Decision) -> None:
    """Has the filter told the contrary of what it was told about a decision that is just being taken back.

    What it was not told yet it never will be. What a worker tells it at this very moment counts as not told.
    """
    if kind not in (Decision.SPAM, Decision.APPROVE) or not outside_filters.is_on(session, site):
        return
    waiting = jobs.waiting(session, _once(Lesson(site, decision)))
    if waiting is None:
        _add(session, Lesson(site, decision, undone=True))
    elif told_until := Lesson(**waiting).after:
        _add(session, Lesson(site, decision, undone=True, until=told_until))


def tell(services: Services, payload: Mapping[str, Any]) -> None:
    """The job. Raises NoAnswer, so that it is run again."""
    lesson = Lesson(**payload)
    with reading() as session:
        account, profile = account_of(services, session, lesson.site), sites.profile(session, lesson.site)
        moved = outside_filters.Moved(lesson.site, lesson.decision, lesson.undone)
        found = outside_filters.taught(session, moved, lesson.after, AT_ONCE)
    found = [one for one in found if not lesson.until or one.comment.id <= lesson.until]
    if account is None or profile is None or not found:
        return
    for one in found:
        call = _contradicted(one)
        if call is not None:
            call = _CONTRARY[call] if lesson.undone else call
            teach(services.outbound, account, asked_of(one.comment, one.page, profile.language), call)
    with transaction() as session:
        _add(session, replace(lesson, after=found[-1].comment.id))


def _add(session: Session, lesson: Lesson) -> None:
    # Run twice, it goes on once.
    jobs.add(session, jobs.NewJob(JOB, clock.now(), vars(lesson), f"{_once(lesson)}{lesson.after}"))


def _once(lesson: Lesson) -> str:
    return f"{JOB}:{lesson.decision}:{'undone:' if lesson.undone else ''}"


def _contradicted(one: Taught) -> Call | None:
    """What to call it, if its answer was another one; where it gave none, spam is told."""
    if one.decided is Status.SPAM and one.score == 0.0:
        return Call.SPAM
    if one.decided is Status.APPROVED and one.score > 0.0:
        return Call.HAM
    return None
