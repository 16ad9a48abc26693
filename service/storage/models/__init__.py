"""The tables. Every table of a tenant starts its key with the site, so that it can be distributed by it."""

from __future__ import annotations

from service.storage.models.access import Account, Claim, LoginSession, Token
from service.storage.models.comment import Comment, Report, StoredSignal, Vote
from service.storage.models.defence import Ban, Campaign, RuleSet, SharedSign, Sketch
from service.storage.models.heat import PageHeat
from service.storage.models.mail import AccountMail, Mail, MailLink, MailNews
from service.storage.models.model import SpamLabel, SpamLearning, SpamModel
from service.storage.models.outbound import Announcement, Delivery, OutsideFilter, Webhook
from service.storage.models.pressure import SiteBreaker, UsedChallenge
from service.storage.models.record import DecisionRecord, Event, IdempotencyRecord, Job, LimitHits
from service.storage.models.seal import Seal, SealHead, UnsealedEvent
from service.storage.models.search import SearchDue
from service.storage.models.site import Author, Page, Site, SiteOrigin
from service.storage.models.statistics import LinkedDomain, Rollup, RollupSite, Uncounted
from service.storage.models.tally import Tally

__all__ = [
    "Account",
    "AccountMail",
    "Announcement",
    "Author",
    "Ban",
    "Campaign",
    "Claim",
    "Comment",
    "DecisionRecord",
    "Delivery",
    "Event",
    "IdempotencyRecord",
    "Job",
    "LimitHits",
    "LinkedDomain",
    "LoginSession",
    "Mail",
    "MailLink",
    "MailNews",
    "OutsideFilter",
    "Page",
    "PageHeat",
    "Report",
    "Rollup",
    "RollupSite",
    "RuleSet",
    "Seal",
    "SealHead",
    "SearchDue",
    "SharedSign",
    "Site",
    "SiteBreaker",
    "SiteOrigin",
    "Sketch",
    "SpamLabel",
    "SpamLearning",
    "SpamModel",
    "StoredSignal",
    "Tally",
    "Token",
    "Uncounted",
    "UnsealedEvent",
    "UsedChallenge",
    "Vote",
    "Webhook",
]
