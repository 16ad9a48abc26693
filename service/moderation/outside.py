"""Tells the filter outside where moderators overruled it, in a job: a few comments at a time."""

from __future__ import annotations

from collections.abc import Mapping
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


def have_taught(session: Session, site: str, decision: str, kind: Decision) -> None:
    """Has the filter told about a decision that may contradict it, if the site asks one."""
    if kind in (Decision.SPAM, Decision.APPROVE) and outside_filters.is_on(session, site):
        _next(session, site, decision, "")


def tell(services: Services, payload: Mapping[str, Any]) -> None:
    """The job. Raises NoAnswer, so that it is run again."""
    site, decision, after = payload["site"], payload["decision"], payload["after"]
    with reading() as session:
        account, profile = account_of(services, session, site), sites.profile(session, site)
        found = outside_filters.taught(session, site, decision, after, AT_ONCE)
    if account is None or profile is None or not found:
        return
    for one in found:
        call = _contradicted(one)
        if call is not None:
            teach(services.outbound, account, asked_of(one.comment, one.page, profile.language), call)
    with transaction() as session:
        _next(session, site, decision, found[-1].comment.id)


def _next(session: Session, site: str, decision: str, after: str) -> None:
    payload = {"site": site, "decision": decision, "after": after}
    once = f"{JOB}:{decision}:{after}"  # run twice, it goes on once
    jobs.add(session, jobs.NewJob(JOB, clock.now(), payload, once))


def _contradicted(one: Taught) -> Call | None:
    """What to call it, if its answer was another one; where it gave none, spam is told."""
    if one.comment.status is Status.SPAM and one.score == 0.0:
        return Call.SPAM
    if one.comment.status is Status.APPROVED and one.score > 0.0:
        return Call.HAM
    return None
