"""What the checks may know beside the comment itself; gathered once, before the first of them runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.domain.ban import Banned
from service.domain.campaign import Campaign
from service.domain.opinion import Classified
from service.domain.rules import RuleBook


@dataclass(frozen=True)
class Pace:
    """How many comments of the last ten minutes, before this one, are by its author, from its address, on its page.

    Counted to a hundred.
    """

    author: int = 0
    address: int = 0
    page: int = 0


@dataclass(frozen=True)
class KnownLinks:
    """What is known of the domains that the comment links to.

    `own` are the newsroom's hosts (`*.news.example` for all below one). `trusted` are those of its domains that
    people let through several times and never refused; `new` those that no comment of this site linked to before.
    """

    own: tuple[str, ...] = ()
    trusted: frozenset[str] = frozenset()
    new: frozenset[str] = frozenset()


class Likeness(StrEnum):
    """Whose name the author's looks like, without being the same author."""

    STAFF = "staff"
    AUTHOR = "author"


@dataclass(frozen=True)
class Facts:
    """`author_known`: this author has an approved comment, and is its author by more than knowing the email.
    `author_confirmed`: the sender bears the token of an earlier comment of this email that was confirmed by mail.
    `author_…` else count this author's comments on this site by their last status; an author who is new has zeros.
    `same_body_lately`: earlier comments of the same text, counted to a hundred.

    `limits_degraded`: the shared rate limits could not be asked. `site_flooded`: more was posted on the page or the
    site than its limit lets through unseen. `breaker_tripped`: the site's breaker is. `classified` is what the
    classifier thinks, asked by the caller; `campaign` is what the comment belongs to, or will make together with
    others, if it does; `campaign_unknown`: that
    could not be computed; `alike_lately` are earlier comments that read much like it, too few for a campaign.
    `banned` is the ban that it meets; `rules` are the newsroom's own, None when they cannot be read.
    `email_disposable`: the email is of a provider of throw-away addresses. `met_before` names checks that found
    something in an earlier text of this comment. `page_held`: everything on the page waits.
    `rejects_from` is the probability from which on this site's filter rejects by itself (None: it does not), and
    `reject_score` that of this comment, None where the filter may not.
    """

    author_known: bool
    author_approved: int
    author_rejected: int
    author_spam: int
    same_body_lately: int
    site_language: str
    limits_degraded: bool
    site_flooded: bool
    classified: Classified = Classified()
    campaign: Campaign | None = None
    campaign_unknown: bool = False
    banned: Banned | None = None
    rules: RuleBook | None = RuleBook()
    author_confirmed: bool = False
    page_held: bool = False
    email_disposable: bool = False
    alike_lately: int = 0
    pace: Pace = Pace()
    links: KnownLinks = KnownLinks()
    name_like: Likeness | None = None
    met_before: frozenset[str] = frozenset()
    breaker_tripped: bool = False
    rejects_from: float | None = None
    reject_score: float | None = None
