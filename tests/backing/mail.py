"""A mail server on loopback that takes every mail and keeps it, or refuses it as it is told: real SMTP (aiosmtpd)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.backing.ports import free_port

LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Received:
    """One mail as it came: from and to whom, its bytes, and what a mail program reads in them."""

    sender: str
    recipient: str
    raw: bytes
    message: EmailMessage

    @property
    def text(self) -> str:
        content: object = self.message.get_content()
        return str(content)

    def link(self, path: str) -> str:
        """The path of the one link in it that begins with `path`."""
        (found,) = {str(link) for link in LINK.findall(self.text) if f"/{path}" in link}
        return "/" + found.split("/", 3)[3]


class MailSink:
    """What the server took; `refusal` is what it says to every further mail, such as `550 no such mailbox`."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.refusal = ""
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        parsed = message_from_bytes(raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        for recipient in envelope.rcpt_tos:
            self.received.append(Received(envelope.mail_from or "", recipient, raw, parsed))
        return "250 taken"

    def to(self, recipient: str) -> list[Received]:
        """What was sent to this address."""
        return [mail for mail in self.received if mail.recipient.lower() == recipient.lower()]


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    """A running server."""
    sink = MailSink()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            # To load the certificates of all the world for every mail takes longer than the mail.
            patch.setenv("SSL_CERT_FILE", os.devnull)
            yield sink
    finally:
        controller.stop()
