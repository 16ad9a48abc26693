"""A new comment's way from a typed submission to the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from service import clock
from service.comments import challenge, evidence, kinship, outside, pace, pressure
from service.comments.evidence import Known
from service.comments.outcome import follow, judged, keep_opinion, record
from service.domain import markup
from service.domain.announcement import News
from service.domain.ban import domains_above
from service.domain.challenge import Pressure
from service.domain.comment import DEPTH_MAX, NewComment
from service.domain.errors import FieldProblem, InvalidInput, ThreadClosed
from service.domain.ids import new_id
from service.domain.language import language_of
from service.domain.linked import linked_domains
from service.domain.status import Status
from service.domain.text import fold
from service.domain.thread import held_by
from service.domain.verdict import Verdict
from service.notify import confirming
from service.notify.announcing import announce
from service.privacy.challenges import Proof
from service.privacy.keyring import Purpose
from service.privacy.vault import Vault
from service.ratelimit.limiter import Outcome
from service.ratelimit.policies import Action, Scope
from service.spam import review
from service.spam.outside import awaited, is_asked
from service.spam.pipeline import judge
from service.storage import authors, comments, facts, idempotency, links, pages
from service.storage.comments import Comment
from service.storage.database import Session, reading, transaction
from service.storage.facts import Asked, Gathered, KnownAuthor
from service.storage.idempotency import Claim
from service.storage.sites import SiteProfile
from service.threads.listing import public_view
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
class Ruled:
    """What the pipeline concluded, and the share of what the filter decides alone that goes to review."""

    verdict: Verdict
    review_share: float


def submit(
    services: Services, site: SiteProfile, new: NewComment, sender: Sender, claim: Claim | None
) -> Submitted:
    """Takes a comment in; when this returns it is on disk.

    Raises TooMany, ThreadClosed, InvalidInput (for the parent or the challenge), ChallengeRequired, InFlight (the
    claim ran out), Unavailable.
    """
    email_index = services.fingerprints.of(Purpose.EMAIL, site.slug, new.email.index_form)
    proof = challenge.proof_of(services, new)
    counted = {**sender.keys, Scope.AUTHOR: email_index}
    outcome = _permit(services, new, counted, proof)
    now = clock.now()
    body_fingerprint = body_hash(services, site.slug, new.body)
    kin = kinship.unlooked(site, new, sender.source, now)
    with reading() as session:
        asked = Asked(
            site=site.slug,
            page_key=new.page.key,
            email_index=email_index,
            parent=new.parent,
            body_fingerprint=body_fingerprint,
            since=now - evidence.REPEATED_WITHIN,
            address=sender.address_fingerprint,
            now=now,
            domains=domains_above(new.email.domain),
            sources=sender.networks,
            proven=sender.proven,
            source=sender.source,
        )
        gathered = facts.gather(session, evidence.widened(asked, new, sender.source))
        _check_place(new, gathered)
        pace.check(services, asked, gathered.page)
        kin = kinship.look(session, replace(kin, author=gathered.author.id if gathered.author else ""))
        links_known = evidence.known_links(session, site, new)
    classified = services.shelf.classify(new)
    found = kin.told(Known(gathered, links_known, outcome, classified).facts(site, new))
    found = replace(found, breaker_tripped=pressure.is_tripped(services, site.slug))
    verdict = judge(new, found, site.policy)
    against = Pressure(verdict.score, found.site_flooded, found.breaker_tripped)
    if not challenge.suffices(proof, against):
        challenge.ask(services, new, against)
    elif found.site_flooded or found.breaker_tripped:
        found = replace(found, site_flooded=False, breaker_tripped=False)
        verdict = judge(new, found, site.policy)
    asks_outside = is_asked(site.slug)
    comment = _comment(new, gathered, now)
    keep_opinion(comment, classified)
    comment.body_fingerprint = body_fingerprint
    comment.address_fingerprint = sender.address_fingerprint
    comment.confirmed_at = now if gathered.author_confirmed else None
    author = gathered.author or _new_author(services, new, email_index)
    asks = not gathered.author_confirmed and confirming.wanted(
        services, site, verdict, {**sender.keys, Scope.AUTHOR: email_index}
    )
    with transaction() as session:
        challenge.use(session, proof)
        pace.check_again(session, services, asked, gathered)
        again = kinship.look_again(session, kin)
        if again.campaign != kin.campaign:
            verdict = judge(new, again.told(found), site.policy)
        ruled = Ruled(awaited(verdict) if asks_outside else verdict, site.review_share)
        avatar_seed = _store(session, comment, new, author, ruled, again)
        if asks_outside:
            outside.have_asked(session, comment, verdict)
        if verdict.status is Status.PENDING:
            announce(session, comment.site, News.COMMENT_HELD, {"comment": comment.id})
        kinship.settle(session, comment, again)
        if asks:
            confirming.ask(session, comment, now)
        shown = for_author(comment, avatar_seed)
        if claim is not None:
            idempotency.finish(session, claim, shown, now)
    return Submitted(shown, outcome)


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


def body_hash(services: Services, site: str, body: str) -> str:
    """Equal for bodies that read the same."""
    return services.fingerprints.of(Purpose.BODY, site, fold(markup.plain_text(body)))


def for_author(comment: Comment, avatar_seed: str) -> dict[str, Any]:
    """The comment as its author sees it.

    What is not public looks pending, whatever it is: a spammer learns nothing. Until it is public its avatar is one
    of its own, so that nobody finds the comments of an email by sending another one under it.
    """
    if comment.status is Status.APPROVED:
        return {**public_view(comment, avatar_seed), "status": Status.APPROVED.value}
    return {**public_view(comment, comment.id[-16:]), "status": Status.PENDING.value}


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


def _comment(new: NewComment, gathered: Gathered, now: datetime) -> Comment:
    comment = Comment(
        site=new.site,
        id=new_id(),
        page_id=gathered.page_id,
        parent_id=None,
        reply_to_id=new.parent,
        root_id=None,
        depth=0,
        status=Status.PENDING,
        version=1,
        listed=False,
        listed_replies=0,
        name=new.name,
        website=new.website,
        body=new.body,
        body_html=markup.render_html(new.body),
        search_text=searchable(new.name, new.body),
        language=language_of(new.body),
        score=0.0,
        staff=False,
        notify=new.notify,
        up=0,
        down=0,
        rank=0,
        reports=0,
        created_at=now,
    )
    parent = gathered.parent
    if parent is not None:
        comment.parent_id, comment.depth = held_by(parent.id, parent.depth, parent.holder_id, DEPTH_MAX)
        comment.root_id = parent.root_id or parent.id
    return comment


def searchable(name: str, body: str) -> str:
    """What a moderator's search looks at."""
    return fold(f"{name} {body}")


def _store(
    session: Session,
    comment: Comment,
    new: NewComment,
    author: authors.NewAuthor | KnownAuthor,
    ruled: Ruled,
    kin: kinship.Kinship,
) -> str:
    """Adds the comment with all that belongs to it; returns its author's avatar seed."""
    verdict = ruled.verdict
    fate = review.fate(verdict.status, ruled.review_share, review.lot())
    comment.score = verdict.score
    if not comment.page_id:
        comment.page_id = pages.obtain(session, comment.site, new.page, new.title, comment.created_at)
    known = author if isinstance(author, KnownAuthor) else authors.obtain(session, author, comment.created_at)
    comment.author_id = known.id
    if fate.status is Status.APPROVED:
        pages.lock(session, comment.site, [comment.page_id])
    changes = comments.Changes(comment.site)
    comments.count_in(comment, changes)
    happened = [judged("submitted", comment, None, fate), *follow(session, comment, fate, changes)]
    kinship.join(session, comment, kin)
    comments.add(session, comment)  # all that belongs to it refers to it
    comments.keep_signals(session, comment, verdict.signals)
    links.keep(session, comment, linked_domains(comment.body, comment.website))
    record(session, comment, happened)
    changes.write(session)
    return known.avatar_seed
