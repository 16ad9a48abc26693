"""One page of a thread, as the contract has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.clock import rfc3339
from service.domain.errors import Malformed, NotFound
from service.domain.ids import is_id
from service.domain.page import PageKey
from service.domain.status import Status
from service.domain.thread import build_tree
from service.storage import threads
from service.storage.comments import Comment
from service.storage.database import Session
from service.storage.threads import After, ListedComment, PageState, Sort
from service.web import cursor

REPLIES_PER_ROOT = 100
DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True)
class Wanted:
    """Which part of a thread to list; `limit` counts top-level comments, `comment` is the one of a permalink.

    `mail` says whether authors on this site can be written to: the page tells it its readers.
    """

    site: str
    page: PageKey
    sort: Sort = Sort.NEWEST
    cursor: str = ""
    limit: int = DEFAULT_LIMIT
    comment: str = ""
    mail: bool = False


def thread_page(session: Session, wanted: Wanted) -> tuple[dict[str, Any], PageState]:
    """The JSON-shaped page, and the state of the page that it was made from.

    The version is read before the comments: what is made here can be marked too old, never too new.
    Raises Malformed for a cursor of another list.
    """
    state = threads.page_state(session, wanted.site, wanted.page.key)
    comments: list[dict[str, Any]] = []
    following = None
    if wanted.cursor and _is_replies(wanted.cursor):
        comments, following = _more_replies(session, wanted, state)
    elif state.id is not None:
        comments, following = _top_level(session, wanted, state.id)
    elif wanted.cursor:
        _after(wanted)
    page = {
        "key": wanted.page.key,
        "count": state.approved,
        "open": state.is_open,
        "mail": wanted.mail,
    }
    shown: dict[str, Any] = {"page": page, "comments": comments, "next": following}
    if wanted.comment:
        shown["linked"] = None if state.id is None else _linked(session, wanted, state.id, comments)
    return shown, state


def _top_level(session: Session, wanted: Wanted, page_id: str) -> tuple[list[dict[str, Any]], str | None]:
    found = threads.top_level(session, (wanted.site, page_id), wanted.sort, _after(wanted), wanted.limit + 1)
    roots = found[: wanted.limit]
    following = None
    if len(found) > wanted.limit:
        last = roots[-1]
        place = (last.rank, last.id) if wanted.sort is Sort.TOP else (last.id,)
        following = cursor.encode(wanted.sort.value, *place)
    below = threads.replies(
        session, wanted.site, [root.id for root in roots if root.listed_replies], REPLIES_PER_ROOT + 1
    )
    by_root: dict[str, list[ListedComment]] = {}
    for reply in below:
        by_root.setdefault(reply.root_id or "", []).append(reply)
    kept = [reply for replies in by_root.values() for reply in replies[:REPLIES_PER_ROOT]]
    tree = build_tree([*roots, *kept])
    listed = [comment_view(node) for node in tree]
    for view in listed:
        replies = by_root.get(view["id"], [])
        if len(replies) > REPLIES_PER_ROOT:
            view["more_replies"] = cursor.encode("replies", view["id"], replies[REPLIES_PER_ROOT - 1].id)
    return listed, following


def _linked(
    session: Session, wanted: Wanted, page_id: str, listed: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """The thread below the top-level comment of a permalink's comment, which is in it however many there are."""
    if not is_id(wanted.comment) or any(wanted.comment in ids_of(view) for view in listed):
        return None
    path = threads.path(session, (wanted.site, page_id), wanted.comment)
    if not path:
        return None
    below = threads.replies(session, wanted.site, [path[0].id], REPLIES_PER_ROOT + 1)
    kept = {node.id: node for node in (*path, *below[:REPLIES_PER_ROOT])}
    (view,) = map(comment_view, build_tree(kept[node] for node in sorted(kept)))
    if len(below) > REPLIES_PER_ROOT:
        view["more_replies"] = cursor.encode("replies", view["id"], below[REPLIES_PER_ROOT - 1].id)
    return view


def ids_of(view: Mapping[str, Any]) -> Iterator[str]:
    """The id of a comment as readers see it, and of all below it."""
    yield view["id"]
    for reply in view["replies"]:
        yield from ids_of(reply)


def _more_replies(
    session: Session, wanted: Wanted, state: PageState
) -> tuple[list[dict[str, Any]], str | None]:
    root_id, after_id = cursor.decode("replies", wanted.cursor, 2)
    if state.id is None:
        raise NotFound("Nobody commented on this page.")
    found = threads.replies(session, wanted.site, [root_id], wanted.limit + 1, after_id)
    kept = found[: wanted.limit]
    following = cursor.encode("replies", root_id, kept[-1].id) if len(found) > wanted.limit else None
    return [comment_view(node) for node in build_tree(kept)], following


def _is_replies(text: str) -> bool:
    try:
        cursor.decode("replies", text, 2)
    except Malformed:
        return False
    return True


def _after(wanted: Wanted) -> After | None:
    if not wanted.cursor:
        return None
    if wanted.sort is Sort.TOP:
        rank, last = cursor.decode("top", wanted.cursor, 2)
        return After(last, cursor.whole(rank))
    return After(cursor.decode(wanted.sort.value, wanted.cursor, 1)[0])


def public_view(comment: Comment | ListedComment, avatar_seed: str) -> dict[str, Any]:
    """One comment by itself, without its replies."""
    return {
        "id": comment.id,
        "parent": comment.reply_to_id or comment.parent_id,
        "depth": comment.depth,
        "name": comment.name,
        "website": comment.website or None,
        "avatar": avatar_seed,
        "staff": comment.staff,
        "body_html": comment.body_html,
        "created_at": rfc3339(comment.created_at),
        "edited_at": rfc3339(comment.edited_at) if comment.edited_at else None,
        "votes": {"up": comment.up, "down": comment.down},
        "tombstone": False,
        "replies": [],
        "more_replies": None,
    }


def comment_view(node: ListedComment) -> dict[str, Any]:
    """A comment as readers see it; one that is listed without being approved is a tombstone with nothing in it."""
    replies = [comment_view(reply) for reply in node.replies]
    if node.status is Status.APPROVED:
        return {**public_view(node, node.avatar_seed), "replies": replies}
    return {
        "id": node.id,
        "parent": node.reply_to_id or node.parent_id,
        "depth": node.depth,
        "name": "",
        "website": None,
        "avatar": "",
        "staff": False,
        "body_html": "",
        "created_at": rfc3339(node.created_at),
        "edited_at": None,
        "votes": {"up": 0, "down": 0},
        "tombstone": True,
        "replies": replies,
        "more_replies": None,
    }
