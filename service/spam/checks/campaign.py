"""Whether a comment is one of many that belong together."""

from __future__ import annotations

from service.domain.campaign import Bond
from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

SCORES = {Bond.TEXT: 0.6, Bond.LINK: 0.5, Bond.SOURCE: 0.3}
SCORE_REFUSED = 0.9
COUNTED_MAX = 5_000

_KEYS = {
    Bond.TEXT: "signal.campaign.text",
    Bond.LINK: "signal.campaign.link",
    Bond.SOURCE: "signal.campaign.source",
}


class CampaignUnknown(Exception):
    """What the comment shares with others could not be computed."""


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """Scores what binds it to the others, and more when some of those were refused.

    Raises CampaignUnknown, which holds the comment.
    """
    if facts.campaign_unknown:
        raise CampaignUnknown
    found = facts.campaign
    if found is None:
        return None
    said = [Message(_KEYS[found.bond], {"count": found.comments})]
    if found.comments >= COUNTED_MAX:
        said.append(Message("signal.campaign.more"))
    if found.refused == 0:
        return signal("campaign", 1, SCORES[found.bond], *said)
    refused = Message("signal.campaign.refused", {"count": found.refused})
    return signal("campaign", 1, SCORE_REFUSED, *said, refused)
