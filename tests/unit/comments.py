"""A comment and facts in which no check finds anything, to change one thing of."""

from __future__ import annotations

from dataclasses import replace

from service.domain.comment import NewComment
from service.domain.email import EmailAddress
from service.domain.facts import Facts
from service.domain.page import PageKey

NEW = NewComment(
    site="paper",
    page=PageKey("https://news.example/a", "https://news.example/a"),
    title="",
    parent=None,
    name="Ayşe",
    email=EmailAddress("a@mail.example.org", "a@mail.example.org", "mail.example.org"),
    website="",
    body="I read this twice.",
)
FACTS = Facts(
    author_known=False,
    author_approved=0,
    author_rejected=0,
    author_spam=0,
    same_body_lately=0,
    site_language="en",
    limits_degraded=False,
    site_flooded=False,
)


def with_body(body: str) -> NewComment:
    return replace(NEW, body=body)
