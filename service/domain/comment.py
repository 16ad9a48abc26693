"""A comment on its way in: what a reader sent, checked and typed, and the limits of each field."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.email import EmailAddress
from service.domain.page import PageKey

NAME_MAX = 80
BODY_MAX = 5_000
TITLE_MAX = 300
NOTE_MAX = 1_000
DEPTH_MAX = 4  # replies below this depth are siblings at this depth


@dataclass(frozen=True)
class NewComment:
    """What a reader may set, and nothing else: no status, no score, no id fits in here.

    `honeypot_filled`: a field that people do not see was filled in. `form_seconds` is how long the form had been
    open when it was sent, by the sender's own clock; None when that is not known.
    """

    site: str
    page: PageKey
    title: str
    parent: str | None
    name: str
    email: EmailAddress
    website: str
    body: str
    notify: bool = False
    challenge: str = ""
    honeypot_filled: bool = False
    form_seconds: float | None = None
