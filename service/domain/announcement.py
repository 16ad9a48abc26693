"""What a newsroom can have itself told without looking."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class News(StrEnum):
    """What happened."""

    COMMENT_HELD = "comment.held"
    COMMENT_DECIDED = "comment.decided"
    CAMPAIGN_FOUND = "campaign.found"
    BREAKER_TRIPPED = "breaker.tripped"
    STORY_BOILING = "story.boiling"


class HookFormat(StrEnum):
    """Who reads it: programs (Standard Webhooks), or people in one of these chats."""

    STANDARD = "standard"
    SLACK = "slack"
    DISCORD = "discord"
    TELEGRAM = "telegram"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


#: Sent when an admin asks for it, to see that a webhook works.
TEST: Final = "webhook.test"
