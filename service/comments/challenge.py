"""Proof of work on a comment's way in: what a solution proves, and when to ask for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service import clock
from service.domain.challenge import CAN_SOLVE, Binding, Level, Pressure
from service.domain.comment import NewComment
from service.domain.errors import ChallengeRequired, FieldProblem, InvalidInput, TextProblem
from service.privacy.challenges import Proof
from service.privacy.keyring import Purpose
from service.ratelimit.hits import CHALLENGE_ASKED
from service.storage import challenges
from service.storage.database import Session

if TYPE_CHECKING:
    from service.web.context import Services


def page_hash(services: Services, site: str, page_key: str) -> str:
    """The page as limits and challenges know it."""
    return services.fingerprints.of(Purpose.REQUEST, site, page_key)


def binding(services: Services, new: NewComment) -> Binding:
    """What a challenge in answer to this comment is good for."""
    said = "\0".join((new.page.key, new.parent or "", new.email.index_form, new.name, new.body))
    return Binding(
        new.site,
        page_hash(services, new.site, new.page.key),
        services.fingerprints.of(Purpose.REQUEST, new.site, f"comment:{said}"),
    )


def proof_of(services: Services, new: NewComment) -> Proof | None:
    """What the comment's `challenge` proves; None when it has none. Raises InvalidInput for that field."""
    if new.challenge in ("", CAN_SOLVE):
        return None
    try:
        proof = services.challenges.read(new.challenge, clock.now())
    except TextProblem as problem:
        raise _refused(problem.code, problem.message) from None
    ours = binding(services, new)
    if (proof.bound.site, proof.bound.page) != (ours.site, ours.page):
        raise _refused("other_page", "The challenge was made for another page.")
    if proof.bound.comment not in ("", ours.comment):
        raise _refused("other_comment", "The challenge was made for another comment.")
    return proof


def suffices(proof: Proof | None, pressure: Pressure) -> bool:
    """Whether this proof answers that much pressure; what was asked of this very comment always does."""
    if proof is None:
        return pressure.level is None
    return bool(proof.bound.comment) or proof.level >= (pressure.level or 0)


def ask(services: Services, new: NewComment, pressure: Pressure) -> None:
    """Asks for work, if something speaks for it and the client says that it can: by raising ChallengeRequired."""
    if pressure.level is None or new.challenge != CAN_SOLVE:
        return
    now = clock.now()
    services.hits.add(new.site, CHALLENGE_ASKED, now)
    raise ChallengeRequired(services.challenges.issue(binding(services, new), pressure.level, now))


def use(session: Session, proof: Proof | None) -> None:
    """Uses it up, in the transaction of the comment. Raises InvalidInput when somebody did before."""
    if proof is not None and not challenges.use(session, proof.bound.site, proof.id, proof.expires_at):
        raise _refused("used", "This challenge was used before. Ask for another one.")


def offered(services: Services, bound: Binding, pressure: Pressure) -> dict[str, Any]:
    """A challenge for whoever comes before being asked."""
    level = pressure.level or min(Level)
    return services.challenges.issue(bound, level, clock.now())


def _refused(code: str, message: str) -> InvalidInput:
    return InvalidInput([FieldProblem("challenge", code, message)])
