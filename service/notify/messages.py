"""What a webhook is told, for programs and for people. No word that a reader wrote is in it, and no link that acts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from service import clock
from service.clock import rfc3339
from service.domain.announcement import TEST, HookFormat, News
from service.i18n import translate
from service.storage import sites, webhooks
from service.storage.database import Session

#: Of many, so many are named; `count` says how many they are.
NAMED_MAX: Final = 100


def document(
    session: Session, site: str, kind: News, payloads: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The message as Standard Webhooks has it: `type`, `timestamp`, `data`."""
    named = payloads[:NAMED_MAX]
    if kind is News.COMMENT_HELD:
        ids = [str(one["comment"]) for one in named]
        members = {"comments": [_comment(told) for told in webhooks.of_comments(session, site, ids)]}
    elif kind is News.CAMPAIGN_FOUND:
        ids = [str(one["campaign"]) for one in named]
        members = {
            "campaigns": [
                {"id": one, "comments": webhooks.size_of_campaign(session, site, one)} for one in ids
            ]
        }
    else:
        members = {_PLURALS[kind]: [dict(one) for one in named]}
    return _document(session, site, kind, {"count": len(payloads), **members})


def trial_document(session: Session, site: str) -> dict[str, Any]:
    """The message that an admin sends to see whether a webhook works."""
    return _document(session, site, TEST, {"count": 1})


def body_for(hook_format: HookFormat, url: str, said: Mapping[str, Any], console: str | None) -> bytes:
    """The body of the request; `url` is the receiver's, which for Telegram names the chat."""
    if hook_format is HookFormat.STANDARD:
        sent: Mapping[str, Any] = said
    else:
        sent = _CHATS[hook_format](sentence(said, console), url)
    return json.dumps(sent, ensure_ascii=False, separators=(",", ":")).encode()


def sentence(said: Mapping[str, Any], console: str | None) -> str:
    """The message in the words of the site's language, with the address of the console, if it is known."""
    data = said["data"]
    key = "hook." + str(said["type"]).replace(".", "_")
    words = translate(data["language"], key, count=data["count"], site=data["name"])
    return words if console is None else f"{words} {console}"


_PLURALS: Final = {
    News.COMMENT_DECIDED: "decisions",
    News.BREAKER_TRIPPED: "breakers",
    News.STORY_BOILING: "pages",
}


def _document(session: Session, site: str, kind: str, members: Mapping[str, Any]) -> dict[str, Any]:
    profile = sites.profile(session, site)
    assert profile is not None  # a site is never removed
    about = {"site": site, "name": profile.name, "language": profile.language}
    return {"type": str(kind), "timestamp": rfc3339(clock.now()), "data": {**about, **members}}


def _comment(told: webhooks.Told) -> dict[str, Any]:
    return {
        "id": told.id,
        "page": told.page,
        "status": told.status,
        "score": round(told.score, 4),
        "checks": list(told.checks),
        "campaign": told.campaign,
    }


def _slack(text: str, _url: str) -> dict[str, Any]:
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(char, entity)
    return {"text": text, "mrkdwn": False, "unfurl_links": False}


def _discord(text: str, _url: str) -> dict[str, Any]:
    return {"content": text[:2_000], "allowed_mentions": {"parse": []}}


def _telegram(text: str, url: str) -> dict[str, Any]:
    chat = parse_qs(urlsplit(url).query).get("chat_id", [""])[0]
    return {"chat_id": chat, "text": text[:4_000], "link_preview_options": {"is_disabled": True}}


_CHATS: Final = {
    HookFormat.SLACK: _slack,
    HookFormat.DISCORD: _discord,
    HookFormat.TELEGRAM: _telegram,
}
