"""The Atom feed (RFC 4287) of a page's approved comments, from plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from service.clock import rfc3339
from service.domain.markup import plain_text
from service.storage.threads import ListedComment

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
ENTRIES = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class FeedPage:
    """What the feed is of."""

    site: str
    key: str
    title: str
    url: str | None


def atom(page: FeedPage, entries: Sequence[tuple[ListedComment, str]]) -> bytes:
    """The feed; `entries` are comments with their source, newest first. Changes only when they do."""
    ET.register_namespace("", NAMESPACE)
    feed = ET.Element(_name("feed"))
    identifier = f"urn:belowline:{page.site}:{page.key}"
    _text(feed, "id", identifier)
    _text(feed, "title", page.title or page.key)
    _text(feed, "updated", rfc3339(max((_changed(comment) for comment, _ in entries), default=EPOCH)))
    if page.url:
        ET.SubElement(feed, _name("link"), rel="alternate", href=page.url)
    for comment, source in entries:
        entry = ET.SubElement(feed, _name("entry"))
        _text(entry, "id", f"urn:belowline:comment:{comment.id}")
        _text(entry, "title", comment.name)
        _text(entry, "published", rfc3339(comment.created_at))
        _text(entry, "updated", rfc3339(_changed(comment)))
        _text(ET.SubElement(entry, _name("author")), "name", comment.name)
        if page.url:
            ET.SubElement(entry, _name("link"), rel="alternate", href=f"{page.url}#comment-{comment.id}")
        _text(entry, "content", plain_text(source), type="text")
    document: bytes = ET.tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + document


def _changed(comment: ListedComment) -> datetime:
    return comment.edited_at or comment.created_at


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _text(parent: ET.Element, tag: str, content: str, **attributes: str) -> None:
    ET.SubElement(parent, _name(tag), attributes).text = content
