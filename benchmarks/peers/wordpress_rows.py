"""The threads as rows of WordPress's own tables."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from benchmarks.dataset import Thread

FIRST_SENT = 1_700_000_000  # seconds since 1970
ROWS_AT_ONCE = 200
# Nothing is held and nobody is written to: the fastest that it can be.
OPTIONS = {
    "comment_moderation": "0",
    "comment_previously_approved": "0",
    "moderation_notify": "0",
    "comments_notify": "0",
    "posts_per_page": "20",
}
POST_COLUMNS = (
    "ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, comment_status, "
    "ping_status, post_name, to_ping, pinged, post_modified, post_modified_gmt, post_content_filtered, guid, "
    "post_type, comment_count"
)
COMMENT_COLUMNS = (
    "comment_ID, comment_post_ID, comment_author, comment_author_email, comment_author_IP, comment_date, "
    "comment_date_gmt, comment_content, comment_approved, comment_agent, comment_type, comment_parent"
)


def sql_of(threads: Sequence[Thread], port: int, theme: str) -> str:
    """Statements that put the threads in the place of what the installer left; posts are numbered from 100."""
    head = ["DELETE FROM wp_comments; DELETE FROM wp_posts;"]
    options = {**OPTIONS, "template": theme, "stylesheet": theme}
    head += [
        f"UPDATE wp_options SET option_value = {_text(value)} WHERE option_name = {_text(name)};"  # noqa: S608 - constants
        for name, value in options.items()
    ]
    posts = [_post(100 + place, thread, port) for place, thread in enumerate(threads)]
    return "\n".join(
        [
            *head,
            *_inserts("wp_posts", POST_COLUMNS, posts),
            *_inserts("wp_comments", COMMENT_COLUMNS, _all(threads)),
        ]
    )


def _post(number: int, thread: Thread, port: int) -> str:
    # The threads that are read come first on the front page, so that it shows their counts.
    date = _text(time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(FIRST_SENT - 3600 * number)))
    content = _text("<!-- wp:paragraph --><p>An article.</p><!-- /wp:paragraph -->")
    guid = _text(f"http://127.0.0.1:{port}/?p={number}")
    head = f"{number}, 1, {date}, {date}, {content}, {_text(thread.slug)}, '', 'publish', 'open', 'closed'"
    return f"({head}, {_text(thread.slug)}, '', '', {date}, {date}, '', {guid}, 'post', {thread.size})"


def _all(threads: Sequence[Thread]) -> list[str]:
    rows: list[str] = []
    for place, thread in enumerate(threads):
        first = len(rows) + 1
        for entry in thread.entries():
            parent = 0 if entry.parent is None else first + entry.parent
            date = _text(time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(FIRST_SENT + 60 * entry.position)))
            who = f"{_text(entry.name)}, {_text(entry.email)}, '198.18.0.1', {date}, {date}"
            rows.append(
                f"({len(rows) + 1}, {100 + place}, {who}, {_text(entry.body)}, '1', 'Mozilla/5.0', 'comment', {parent})"
            )
    return rows


def _inserts(table: str, columns: str, rows: Sequence[str]) -> Iterator[str]:
    for first in range(0, len(rows), ROWS_AT_ONCE):
        values = ",\n".join(rows[first : first + ROWS_AT_ONCE])
        yield f"INSERT INTO {table} ({columns}) VALUES {values};"  # noqa: S608


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"
