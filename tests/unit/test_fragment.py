"""The thread without script: what it shows, what it keeps, and that nothing in it can run."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from service.domain.errors import FieldProblem
from service.i18n import LANGUAGES
from service.threads.fragment import (
    FormState,
    Surroundings,
    document_policy,
    initials,
    render_document,
    render_fragment,
)

PAGE = "https://news.example/2026/03/07/talks"
HOSTILE = '"><script>alert(1)</script>'


def comment(name: str = "Ayşe", **changes: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "parent": None,
        "depth": 0,
        "name": name,
        "website": None,
        "avatar": "00ff00ff00ff00ff",
        "staff": False,
        "body_html": "<p>Merhaba</p>",
        "created_at": "2026-03-07T10:05:00Z",
        "edited_at": None,
        "votes": {"up": 0, "down": 0},
        "tombstone": False,
        "replies": [],
        "more_replies": None,
    } | changes


def thread(*comments: dict[str, Any], **changes: Any) -> dict[str, Any]:
    page = {"key": PAGE, "count": len(comments), "open": True, "mail": False}
    return {"page": page, "comments": list(comments), "next": None} | changes


def form(**changes: Any) -> FormState:
    return FormState(**({"site": "demo", "page": PAGE, "lang": "en"} | changes))


class Tags(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, name: str) -> dict[str, str | None]:
        return next(attributes for _, attributes in self.found if attributes.get("name") == name)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_document_is_in_the_language_and_direction_asked_for(lang: str) -> None:
    html = render_document(thread(comment()), form(lang=lang))
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ur" else "ltr"}">' in html


def test_replies_stand_inside_the_comment_that_they_answer() -> None:
    reply = comment("Bilal", id="c2", parent="c1", depth=1)
    html = render_fragment(thread(comment(replies=[reply])), form())
    places = [
        html.index(text) for text in ('id="comment-c1"', "<ol>\n<li>", 'id="comment-c2"', "</ol>\n</li>")
    ]
    assert places == sorted(places)


def test_a_reply_at_the_deepest_level_says_whom_it_answers() -> None:
    beside = comment("Cem", id="c3", parent="c2", depth=4)
    html = render_fragment(thread(comment(replies=[comment("Bilal", id="c2", parent="c1"), beside])), form())
    assert '<a href="#comment-c2">in reply to \u2068Bilal\u2069</a>' in html
    assert "in reply to \u2068Ayşe" not in html


def test_a_tombstone_shows_that_something_was_removed_and_nothing_more() -> None:
    gone = comment("", tombstone=True, body_html="", replies=[comment("Jonas", id="c2", parent="c1")])
    html = render_fragment(thread(gone), form())
    assert "This comment was removed." in html
    assert "Jonas" in html


def test_the_form_keeps_what_was_written_but_never_the_email() -> None:
    values = {"name": "Zeynep", "email": "z@example.org", "website": "x", "body": "\nUzun yorum"}
    html = render_document(thread(), form(values=values, errors=[FieldProblem("website", "invalid", "no")]))
    assert "z@example.org" not in html
    tags = Tags(html)
    assert tags.named("name")["value"] == "Zeynep"
    assert tags.named("email")["value"] == ""
    # A browser drops one line feed after <textarea>; the second is the reader's.
    assert ">\n\nUzun yorum</textarea>" in html


def test_an_error_stands_at_its_field_in_the_readers_words() -> None:
    html = render_document(
        thread(), form(lang="tr", errors=[FieldProblem("name", "required", "Write a name.")])
    )
    assert Tags(html).named("name")["aria-describedby"] == "belowline-error-name"
    assert '<p class="belowline-error" id="belowline-error-name">Lütfen adınızı yazın.</p>' in html
    assert "aria-invalid" not in Tags(html).named("email")


def test_an_error_code_without_words_shows_the_message_of_the_service() -> None:
    html = render_document(thread(), form(errors=[FieldProblem("body", "brand_new", "Because of <b>.")]))
    assert "Because of &lt;b&gt;." in html


def test_a_refusal_of_the_whole_form_says_how_long_to_wait() -> None:
    html = render_document(thread(), form(problem="rate-limited", wait_seconds=42))
    assert "Please send it again in 42 seconds.</p>" in html
    # The title is what a screen reader says first of the page that comes back.
    assert "<title>You are posting very quickly. Please send it again in 42 seconds. · Comments:" in html


def test_a_reply_form_names_the_comment_and_carries_its_id() -> None:
    html = render_document(thread(comment()), form(parent="c1"))
    assert Tags(html).named("parent")["value"] == "c1"
    assert "Reply to \u2068Ayşe\u2069</h3>" in html


def test_links_keep_language_order_and_place_in_the_thread() -> None:
    listing = thread(comment(), next="n3xt")
    html = render_document(listing, form(lang="tr"), Surroundings("https://c.example/", "oldest", "h3re"))
    base = "https://c.example/thread?site=demo&amp;page=https%3A%2F%2Fnews.example%2F2026%2F03%2F07%2Ftalks"
    assert f'{base}&amp;lang=tr&amp;sort=oldest&amp;cursor=n3xt"' in html
    assert f'{base}&amp;lang=tr&amp;sort=oldest&amp;cursor=h3re&amp;reply_to=c1#belowline-form"' in html
    assert 'action="https://c.example/v1/comments?lang=tr#belowline-form"' in html


def test_a_closed_page_has_no_form_and_no_reply_links() -> None:
    listing = thread(comment())
    listing["page"]["open"] = False
    html = render_document(listing, form())
    assert "<form" not in html
    assert "reply_to=" not in html
    assert "Comments on this article are closed." in html


def test_the_links_of_readers_carry_no_weight() -> None:
    html = render_fragment(thread(comment(website="https://spam.example/")), form())
    link = next(
        attributes
        for tag, attributes in Tags(html).found
        if attributes.get("href") == "https://spam.example/"
    )
    assert link["rel"] == "nofollow ugc noopener noreferrer"


def test_what_readers_write_is_never_markup() -> None:
    listing = thread(comment(HOSTILE, id=HOSTILE, website="https://a.example/" + HOSTILE, body_html=""))
    values = {"name": HOSTILE, "body": HOSTILE}
    state = form(page=HOSTILE, site=HOSTILE, parent=HOSTILE, title=HOSTILE, values=values)
    html = render_document(listing, state)
    assert "<script" not in html
    assert not any(name.startswith("on") for _, attributes in Tags(html).found for name in attributes)


def test_the_document_needs_neither_script_nor_inline_style() -> None:
    html = render_document(thread(comment()), form())
    tags = Tags(html)
    assert not [tag for tag, attributes in tags.found if tag in {"script", "style"} or "style" in attributes]


def test_the_policy_lets_the_form_come_back_to_the_sites_own_pages_only() -> None:
    policy = document_policy(frozenset({"self", "https://news.example", "https://m.news.example"}))
    assert "form-action 'self' https://m.news.example https://news.example;" in policy
    assert "form-action 'self';" in document_policy(())


def test_initials_are_of_first_and_last_word_and_single_where_letters_join() -> None:
    assert initials("Margaret A. Whitcombe") == "MW"
    assert initials("Selin") == "S"
    assert initials("بلال احمد") == "ب"
    assert initials("") == ""


def test_mail_is_offered_where_it_is_sent_and_nowhere_else() -> None:
    listing = thread(comment())
    assert "notify" not in (html := render_document(listing, form()))
    assert "mail/mine" not in html
    listing["page"]["mail"] = True
    around = Surroundings("https://c.example/talk/")
    tags = Tags(render_fragment(listing, form(site="a&b"), around))
    assert "checked" not in tags.named("notify")
    links = [attributes.get("href") for tag, attributes in tags.found if tag == "a"]
    assert "https://c.example/talk/mail/mine?site=a%26b" in links


def test_the_wish_for_mail_stands_when_the_form_comes_again() -> None:
    listing = thread()
    listing["page"]["mail"] = True
    for said, kept in (("on", True), ("off", False), ("", False)):
        tags = Tags(render_document(listing, form(values={"notify": said})))
        assert ("checked" in tags.named("notify")) is kept


def test_a_closed_thread_leads_its_authors_to_their_comments_all_the_same() -> None:
    listing = thread(comment())
    listing["page"] |= {"open": False, "mail": True}
    assert "mail/mine?site=demo" in render_document(listing, form())
