"""Makes the bytes of a mail, and looks at them again before they leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_string, policy
from email.headerregistry import Address
from email.message import EmailMessage

import idna

from service.domain.email import parse_email

COMMON = frozenset(
    {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Language",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    }
)
UNSUBSCRIBE = frozenset({"List-Unsubscribe", "List-Unsubscribe-Post"})


class NotAsWritten(Exception):
    """The serialised mail does not have the headers that it was given: it must not leave."""


@dataclass(frozen=True)
class Letter:
    """What is written, in plain text. `id` is the same however often it is sent; `unsubscribe` an address of ours."""

    id: str
    sender: str
    recipient: str
    subject: str
    text: str
    language: str
    at: datetime
    unsubscribe: str = ""

    def __repr__(self) -> str:
        return f"Letter({self.id})"


@dataclass(frozen=True)
class Posted:
    """A letter as it goes to the server; `international` needs SMTPUTF8 (RFC 6531)."""

    sender: str
    recipient: str
    raw: bytes
    international: bool

    def __repr__(self) -> str:
        return "Posted(…)"


def post(letter: Letter) -> Posted:
    """The bytes of the mail. Raises NotAsWritten when they hold another set of headers, or more than one recipient."""
    sender, recipient = _address(letter.sender), _address(letter.recipient)
    international = not (sender.username + recipient.username).isascii()
    message = EmailMessage(policy=policy.SMTP.clone(utf8=international, cte_type="7bit"))
    message["From"] = sender
    message["To"] = recipient
    # Python before 3.11.15 reads an encoded word in a text as one, with the line ends that it may hold.
    message["Subject"] = " ".join(letter.subject.replace("=?", "= ?").split())
    message["Date"] = letter.at
    message["Message-ID"] = f"<{letter.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nothing answers it by itself
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(
        letter.text, cte="7bit" if letter.text.isascii() and _short(letter.text) else "base64"
    )
    message["Content-Language"] = letter.language  # setting the content drops what was set of it before
    raw = message.as_bytes()
    _check(raw, recipient, COMMON | (UNSUBSCRIBE if letter.unsubscribe else frozenset()))
    return Posted(sender.addr_spec, recipient.addr_spec, raw, international)


def _address(email: str) -> Address:
    """An address without a display name, its domain in ASCII, which every mail server knows. Raises TextProblem."""
    username, _, domain = parse_email(email).normalized.rpartition("@")
    return Address(username=username, domain=idna.encode(domain, uts46=True).decode())


def _short(text: str) -> bool:
    return all(len(line) < 900 for line in text.splitlines())


def _check(raw: bytes, recipient: Address, wanted: frozenset[str]) -> None:
    """Reads the mail as its reader will: a parser that is fooled by a text must be ours, and before it leaves."""
    parsed = message_from_string(raw.decode(), policy=policy.default)
    names = sorted(name.lower() for name in parsed)
    if names != sorted(name.lower() for name in wanted) or parsed.defects:
        raise NotAsWritten
    if [found.addr_spec for found in parsed["To"].addresses] != [recipient.addr_spec]:
        raise NotAsWritten
