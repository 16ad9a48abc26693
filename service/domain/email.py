"""Reads an email address as a reader types it: exactly what email-validator accepts, and nothing else."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from email_validator import EmailNotValidError, validate_email

from service.domain.errors import TextProblem

#: RFC 5321, 4.5.3.1.3, less the angle brackets. Longer input is refused before it is looked at.
EMAIL_MAX: Final = 254


@dataclass(frozen=True)
class EmailAddress:
    """An address to write to (`normalized`) and the form under which its author is found (`index_form`)."""

    normalized: str
    index_form: str
    domain: str

    def __repr__(self) -> str:
        # A traceback or a log line that shows its arguments must not show an address.
        return "EmailAddress(…)"


def parse_email(raw: str) -> EmailAddress:
    """The address in NFC with its domain in lower case and in its own script.

    No white space is trimmed; no display name, quoted local part, domain literal or special-use domain
    is taken; DNS is not asked. Raises TextProblem: required, too_long, forbidden_character, invalid.
    """
    if not raw:
        raise TextProblem("required", "An email address is needed. It will not be published.")
    if len(raw) > EMAIL_MAX * 2:
        raise TextProblem("too_long", f"An email address has at most {EMAIL_MAX} characters.")
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in raw):
        raise TextProblem("forbidden_character", "An email address cannot contain control characters.")
    try:
        valid = validate_email(raw, check_deliverability=False, strict=True)
    except EmailNotValidError as problem:
        message = "This does not look like an email address, such as name@example.com."
        raise TextProblem("invalid", message) from problem
    index_form = unicodedata.normalize("NFC", valid.normalized.casefold())
    return EmailAddress(valid.normalized, index_form, valid.domain)
