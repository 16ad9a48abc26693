"""Why a moderator rejects a comment: what the console offers, what a link in a mail takes, what authors are told."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """In the order of the console's number keys; `mail.reason.<code>` is what the author reads."""

    OFF_TOPIC = "off_topic"
    ABUSE = "abuse"
    PERSONAL_DATA = "personal_data"
    FALSEHOOD = "falsehood"
    DUPLICATE = "duplicate"
    ADVERTISING = "advertising"
    ILLEGAL = "illegal"
    UNREADABLE = "unreadable"
    OTHER = "other"
