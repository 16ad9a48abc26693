"""Reads the website that a reader may leave beside the name."""

from __future__ import annotations

from typing import Final

from service.domain.errors import TextProblem
from service.domain.text import clean_line
from service.domain.url import parse_url

#: In code points, before and after normalising.
WEBSITE_MAX: Final = 500


def clean_website(raw: str) -> str:
    """The absolute http(s) address with its host in lower-case ASCII.

    A bare `example.com` is refused: guessing the scheme would link to what the reader did not write.
    Raises TextProblem: required, too_long, forbidden_character, invalid.
    """
    website = str(parse_url(clean_line(raw, WEBSITE_MAX)))
    if len(website) > WEBSITE_MAX:
        raise TextProblem("too_long", f"This may have at most {WEBSITE_MAX} characters.")
    return website
