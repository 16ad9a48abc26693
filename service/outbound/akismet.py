"""The protocol of Akismet and of services that speak it (API 1.1): forms in, a word back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from service.outbound.fetch import Outbound
from service.outbound.reply import OutboundError, Reply

DEFAULT_URL: Final = "https://rest.akismet.com/1.1"
#: The protocol wants an address of the sender. We keep none, so we have none to give.
NO_ADDRESS: Final = "127.0.0.1"


class Call(StrEnum):
    CHECK = "comment-check"
    SPAM = "submit-spam"
    HAM = "submit-ham"


class Opinion(StrEnum):
    HAM = "ham"
    SPAM = "spam"
    BLATANT = "blatant"  # spam that it would not even keep


class NoAnswer(Exception):
    """It could not be asked, or its answer is none; `kind` is one word."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Account:
    """Whose key it is: `url` is the service's, `blog` the newsroom's address as it was given there."""

    url: str
    key: str
    blog: str


@dataclass(frozen=True)
class Asked:
    """What is said about a comment. No email, no address of the reader, no browser."""

    name: str
    website: str
    text: str
    page: str
    language: str
    written_at: str
    is_reply: bool = False


def ask(outbound: Outbound, account: Account, asked: Asked, *, again: bool = False) -> Opinion:
    """What it thinks of a comment. Raises NoAnswer."""
    more = {"recheck_reason": "no_answer"} if again else {}
    reply = _call(outbound, account, Call.CHECK, {**_form(asked), **more})
    word = reply.body.strip()
    if word == b"false":
        return Opinion.HAM
    if word != b"true":
        raise NoAnswer("invalid_key" if word == b"invalid" else "no_answer")
    return Opinion.BLATANT if reply.headers.get("x-akismet-pro-tip") == "discard" else Opinion.SPAM


def teach(outbound: Outbound, account: Account, asked: Asked, call: Call) -> None:
    """Tells it that it was wrong about a comment. Raises NoAnswer."""
    _call(outbound, account, call, _form(asked))


def _call(outbound: Outbound, account: Account, call: Call, form: Mapping[str, str]) -> Reply:
    body = urlencode({"api_key": account.key, "blog": account.blog, **form}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    try:
        reply = outbound.post(f"{account.url.rstrip('/')}/{call}", body, headers)
    except OutboundError as error:
        raise NoAnswer(error.kind) from None
    if reply.status != 200:
        raise NoAnswer("refused")
    return reply


def _form(asked: Asked) -> dict[str, str]:
    return {
        "user_ip": NO_ADDRESS,
        "permalink": asked.page,
        "comment_type": "reply" if asked.is_reply else "comment",
        "comment_author": asked.name,
        "comment_author_url": asked.website,
        "comment_content": asked.text,
        "comment_date_gmt": asked.written_at,
        "blog_lang": asked.language,
        "blog_charset": "UTF-8",
    }
