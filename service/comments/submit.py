"""A new comment's way from a typed submission to the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from service import clock
from service.comments import challenge, evidence, kinship, outside, pace
from service.comments.looking import Looked, look
from service.comments.outcome import keep_opinion
from service.comments.storing import Ruled, body_hash, drafted, for_author, store
from service.domain.announcement import News
from service.domain.ban import domains_above
from service.domain.challenge import Pressure
from service.domain.comment import NewComment
from service.domain.errors import FieldProblem, InvalidInput, ThreadClosed
from service.domain.ids import new_id
from service.domain.status import Status
from service.domain.verdict import Verdict
from service.notify import confirming
from service.notify.announcing import announce
from service.privacy.challenges import Proof
from service.privacy.keyring import Purpose
from service.privacy.vault import Vault
from service.ratelimit.limiter import Outcome
from service.ratelimit.policies import Action, Scope
from service.spam.outside import awaited, is_asked
from service.spam.pipeline import judge
from service.storage import authors, idempotency
from service.storage.database import Overtaken, transaction
from service.storage.facts import Asked, Gathered
from service.storage.idempotency import Claim
from service.storage.sites import SiteProfile
from service.web import limits

if TYPE_CHECKING:
    from service.web.context import Services


@dataclass(frozen=True)
class Sender:
    """Where a submission comes from: the keys of its rate limits, and the hash kept with the comment.

    `proven` is the id of an earlier comment whose author token was sent along, if one was. `is_shared`: the address
    is of a machine or network inside, such as a proxy of the newsroom's own, and says nothing about who sends.
    """

    keys: dict[Scope, str]
    proven: str = ""
    is_shared: bool = False

    @property
    def address_fingerprint(self) -> str:
        return self.keys[Scope.ADDRESS]

    @property
    def networks(self) -> tuple[str, ...]:
        """The keyed hashes of the networks that a ban may name."""
        return tuple(self.keys[scope] for scope in (Scope.ADDRESS, Scope.ADDRESS_WIDE) if scope in self.keys)

    @property
    def source(self) -> str:
        """The same, as a sign that two comments may come from one sender; empty where it is none."""
        return "" if self.is_shared else self.address_fingerprint


@dataclass(frozen=True)
class Submitted:
    """What became of it: the public comment with its `status` for its author, and the limits' outcome."""

    shown: dict[str, Any]
    outcome: Outcome

    @property
    def published(self) -> bool:
        return bool(self.shown["status"] == Status.APPROVED)


@dataclass(frozen=True)
class Permitted:
    """A submission that the limits let pass; `keys` are those of its limits, its author's too."""

    services: Services
    site: SiteProfile
    new: NewComment
    sender: Sender
    claim: Claim | None
    keys: dict[Scope, str]
    proof: Proof | None
    outcome: Outcome

    @property
    def email_index(self) -> str:
        return self.keys[Scope.AUTHOR]


def submit(
    services: Services, site: SiteProfile, new: NewComment, sender: Sender, claim: Claim | None
) -> Submitted:
    """Takes a comment in; when this returns it is on disk.

    Raises TooMany, ThreadClosed, InvalidInput (for the parent or the challenge), ChallengeRequired, InFlight (the
    claim ran out), Unavailable.
    """
    email_index = services.fingerprints.of(Purpose.EMAIL, site.slug, new.email.index_form)
    keys = {**sender.keys, Scope.AUTHOR: email_index}
    proof = challenge.proof_of(services, new)
    outcome = _permit(services, new, keys, proof)
    permitted = Permitted(services, site, new, sender, claim, keys, proof, outcome)
    try:
        return _take_in(permitted)
    except Overtaken:  # another first comment of this author came at the same moment
        return _take_in(permitted, overtaken=True)


def _take_in(permitted: Permitted, *, overtaken: bool = False) -> Submitted:
    services, site, new, claim = permitted.services, permitted.site, permitted.new, permitted.claim
    asked = _asked(services, site, new, permitted.sender, permitted.email_index)

    def check(gathered: Gathered) -> None:
        _check_place(new, gathered)
        pace.check(services, asked, gathered.page)

    looked = look(services, site, new, asked, permitted.outcome, check)
    looked, verdict = _judge(services, site, new, permitted.proof, looked)
    gathered, now = looked.gathered, asked.now
    comment = drafted(new, gathered, now)
    keep_opinion(comment, looked.classified)
    comment.body_fingerprint = asked.body_fingerprint
    comment.address_fingerprint = permitted.sender.address_fingerprint
    comment.confirmed_at = now if gathered.author_confirmed else None
    author = gathered.author or _new_author(services, new, permitted.email_index)
    asks_outside = is_asked(site.slug)
    asks_author = not gathered.author_confirmed and confirming.wanted(services, site, verdict, permitted.keys)
    with transaction() as session:
        challenge.use(session, permitted.proof)
        pace.check_again(session, services, asked, gathered)
        kin = kinship.look_again(session, looked.kin)
        if kin.campaign != looked.kin.campaign:
            verdict = judge(new, kin.told(looked.facts), site.policy)
        ruled = Ruled(awaited(verdict) if asks_outside else verdict, site.review_share)
        if overtaken and isinstance(author, authors.NewAuthor):
            # stored by now, perhaps in this very transaction, where a look from outside does not see it
            author = authors.obtain(session, author, now)
        avatar_seed = store(session, comment, new, author, ruled, kin)
        if asks_outside:
            outside.have_asked(session, comment, verdict)
        if verdict.status is Status.PENDING:
            announce(session, comment.site, News.COMMENT_HELD, {"comment": comment.id})
        kinship.settle(session, comment, kin)
        if asks_author:
            confirming.ask(session, comment, now)
        shown = for_author(comment, avatar_seed)
        if claim is not None:
            idempotency.finish(session, claim, shown, now)
    return Submitted(shown, permitted.outcome)


def _asked(services: Services, site: SiteProfile, new: NewComment, sender: Sender, email_index: str) -> Asked:
    now = clock.now()
    return Asked(
        site=site.slug,
        page_key=new.page.key,
        email_index=email_index,
        parent=new.parent,
        body_fingerprint=body_hash(services, site.slug, new.body),
        since=now - evidence.REPEATED_WITHIN,
        address=sender.address_fingerprint,
        now=now,
        domains=domains_above(new.email.domain),
        sources=sender.networks,
        proven=sender.proven,
        source=sender.source,
    )


def _judge(
    services: Services, site: SiteProfile, new: NewComment, proof: Proof | None, looked: Looked
) -> tuple[Looked, Verdict]:
    """The verdict; a proof of work takes the pressure away. Raises ChallengeRequired when none suffices."""
    found = looked.facts
    verdict = judge(new, found, site.policy)
    against = Pressure(verdict.score, found.site_flooded, found.breaker_tripped)
    if not challenge.suffices(proof, against):
        challenge.ask(services, new, against)
    elif found.site_flooded or found.breaker_tripped:
        looked = replace(looked, facts=replace(found, site_flooded=False, breaker_tripped=False))
        verdict = judge(new, looked.facts, site.policy)
    return looked, verdict


def _permit(services: Services, new: NewComment, keys: dict[Scope, str], proof: Proof | None) -> Outcome:
    """Counts it. What comes again because work was asked for was counted when it came first."""
    if proof is not None and proof.bound.comment:
        return limits.permit(services, Action.PROVEN_SUBMISSION, keys)
    page = challenge.page_hash(services, new.site, new.page.key)
    return limits.permit(services, Action.SUBMIT, {**keys, Scope.PAGE: page})


def _new_author(services: Services, new: NewComment, email_index: str) -> authors.NewAuthor:
    author_id = new_id()
    closed = Vault(services.keyring).close(new.email.normalized, new.site, author_id)
    return authors.NewAuthor(author_id, new.site, email_index, closed, new.name)


def _check_place(new: NewComment, gathered: Gathered) -> None:
    if not gathered.page.open:
        raise ThreadClosed("The comments on this page are closed.")
    if new.parent is None:
        return
    parent = gathered.parent
    if parent is None or parent.status is not Status.APPROVED:
        raise InvalidInput([FieldProblem("parent", "not_public", "The comment replied to is not public.")])
    if parent.page_id != gathered.page_id:
        raise InvalidInput(
            [FieldProblem("parent", "other_page", "The comment replied to is on another page.")]
        )
