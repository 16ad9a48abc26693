"""What the checks may know beside the comment itself; gathered once, before the first of them runs."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.ban import Banned
from service.domain.campaign import Campaign
from service.domain.opinion import Classified
from service.domain.rules import RuleBook


@dataclass(frozen=True)
class Facts:
    """`author_known`: this author has an approved comment, and is its author by more than knowing the email.
    `author_confirmed`: the sender bears the token of an earlier comment of this email that was confirmed by mail.
    `author_…` else count this author's comments on this site by their last status; an author who is new has zeros.

    `limits_degraded`: the shared rate limits could not be asked. `site_flooded`: more was posted on the site than
    its limit lets through unseen. `classified` is what the classifier thinks, asked by the caller; `campaign` is what
    the comment belongs to, or will make together with others, if it does; `campaign_unknown`: that
    could not be computed. `banned` is the ban that it meets; `rules` are the
    newsroom's own, None when they cannot be read.
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
