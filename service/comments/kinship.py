"""Finds the campaign that a new or edited comment belongs to, and puts it there in the comment's own transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from service.comments.evidence import own_hosts
from service.domain.announcement import News
from service.domain.campaign import Bond, Campaign, Kin
from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.status import Status
from service.log import logger
from service.notify.announcing import announce
from service.spam.checks.campaign import COUNTED_MAX
from service.spam.grouping import Signs, kin_of, signs_of
from service.storage import campaigns
from service.storage.comments import Comment
from service.storage.database import Session
from service.storage.sites import SiteProfile

_REFUSED = (Status.SPAM, Status.REJECTED)


@dataclass(frozen=True)
class Kinship:
    """What a comment shares with others, and the campaign that follows from it; `author` is empty for a new one."""

    site: str
    author: str
    besides: str
    now: datetime
    signs: Signs
    kin: Kin | None = None
    campaign: Campaign | None = None
    unknown: bool = False

    def told(self, facts: Facts) -> Facts:
        """The facts with what is known of the comment's campaign."""
        alike = len(self.kin.others) if self.kin and self.kin.bond is Bond.TEXT else 0
        return replace(facts, campaign=self.campaign, campaign_unknown=self.unknown, alike_lately=alike)


def unlooked(site: SiteProfile, new: NewComment, source: str, now: datetime) -> Kinship:
    """The signs of a comment, computed without the database; `source` may be empty.

    A failure is told, never raised: the comment is held.
    """
    try:
        return Kinship(site.slug, "", "", now, signs_of(new.body, new.website, source, own_hosts(site, new)))
    except Exception as error:
        logger().error("the signs failed", site=site.slug, kind=type(error).__name__)
        return Kinship(site.slug, "", "", now, Signs(None, (), source), unknown=True)


def look(session: Session, kinship: Kinship) -> Kinship:
    """The same with the comments it belongs with: one query, and one more for those that join a campaign."""
    found = campaigns.neighbours(session, kinship.site, kinship.signs.keys, kinship.besides)
    kin = kin_of(kinship.signs, kinship.author, found, kinship.now)
    return replace(kinship, kin=kin, campaign=_campaign(session, kinship.site, kin))


def look_again(session: Session, kinship: Kinship) -> Kinship:
    """Looks once more, inside the transaction, where others may be forming the same campaign.

    They do so one after the other, before they lock anything else; the second then finds the first one's.
    Joining what is there needs no turn.
    """
    kin = kinship.kin
    if kin is None or kin.campaign is not None:
        return kinship
    campaigns.one_at_a_time(session, kinship.site)
    return look(session, kinship)


def join(session: Session, comment: Comment, kinship: Kinship) -> None:
    """Gives the comment its campaign, formed when it is the first of it; `settle` does the rest.

    An edited comment keeps its campaign when the new text belongs to none.
    """
    kin = kinship.kin
    if kin is not None and kin.enough:
        comment.campaign = kin.campaign or _formed(session, comment.site, kin, kinship.now)


def settle(session: Session, comment: Comment, kinship: Kinship, *, edited: bool = False) -> None:
    """Keeps the signs of a stored comment, and puts its like into its campaign: the last thing to do."""
    store = campaigns.replace if edited else campaigns.keep
    store(session, comment, kinship.signs.sketch, kinship.signs.keys)
    kin = kinship.kin
    if kin is not None and kin.enough and kin.others and comment.campaign is not None:
        campaigns.join(session, comment.site, comment.campaign, kin.bond, kin.others)


def _formed(session: Session, site: str, kin: Kin, now: datetime) -> str:
    campaign = campaigns.form(session, site, kin.bond, now)
    announce(session, site, News.CAMPAIGN_FOUND, {"campaign": campaign})
    return campaign


def _campaign(session: Session, site: str, kin: Kin | None) -> Campaign | None:
    if kin is None or not kin.enough:
        return None
    if kin.campaign is None:
        return Campaign(kin.bond, len(kin.others))
    counted = campaigns.members(session, site, kin.campaign, COUNTED_MAX)
    refused = sum(counted.get(status, 0) for status in _REFUSED)
    return Campaign(kin.bond, sum(counted.values()), refused)
