"""Whether a comment is one of many that belong together."""

from __future__ import annotations

from service.domain.campaign import Bond
from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.verdict import Signal

SCORES = {Bond.TEXT: 0.6, Bond.LINK: 0.5, Bond.SOURCE: 0.3}
SCORE_REFUSED = 0.9
COUNTED_MAX = 5_000

_WORDS = {
    Bond.TEXT: "Reads much like",
    Bond.LINK: "Links to the same domain as",
    Bond.SOURCE: "Comes from the same source, under another email, as",
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
    many = f"more than {COUNTED_MAX}" if found.comments >= COUNTED_MAX else str(found.comments)
    reason = f"{_WORDS[found.bond]} {many} other comments of these days."
    if found.refused == 0:
        return Signal("campaign", 1, SCORES[found.bond], reason)
    return Signal(
        "campaign", 1, SCORE_REFUSED, f"{reason} Of these, {found.refused} were refused as spam or rejected."
    )
