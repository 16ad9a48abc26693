"""Comments that belong together, and what the newsroom is told about them."""

from __future__ import annotations

from typing import Any

from tests.api.newsroom import ORIGIN, Newsroom

SPAM = "I made ${} in one week trading crypto with Mrs {} contact her on WhatsApp and thank me later"
WORDS = ("Olivia", "Sophia", "Emma", "Ayla", "Zeynep", "Fatima", "Maria", "Anna", "Linda", "Helen")


def seen(newsroom: Newsroom, comment: str) -> dict[str, Any]:
    found: dict[str, Any] = newsroom.moderation(f"comments/{comment}").get_json()
    return found


def campaign_of(newsroom: Newsroom, comment: str) -> str | None:
    found: str | None = seen(newsroom, comment)["campaign"]
    return found


def signal_of(newsroom: Newsroom, comment: str) -> dict[str, Any] | None:
    return next((one for one in seen(newsroom, comment)["signals"] if one["check"] == "campaign"), None)


def groups(newsroom: Newsroom, **query: Any) -> list[dict[str, Any]]:
    answer = newsroom.moderation("campaigns", site=newsroom.site, **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["campaigns"]
    return found


def sent(newsroom: Newsroom, number: int, **fields: Any) -> list[str]:
    """Posts of one campaign, on as many pages."""
    return [
        newsroom.pending(body=SPAM.format(at * 7 + 100, WORDS[at % 10]), page=f"{ORIGIN}/{at}", **fields)
        for at in range(number)
    ]
