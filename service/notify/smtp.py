"""Hands one mail to the newsroom's mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from service import smtp_address
from service.notify.letter import Posted
from service.settings import Settings
from service.smtp_address import SmtpAddress, Tls

TIMEOUT_SECONDS = 15


class NotWanted(Exception):
    """The server will never take this mail; its reason may hold the address, so it is not kept."""


def deliver(settings: Settings, posted: Posted) -> None:
    """Returns when the server has taken the mail. Raises NotWanted, or OSError and SMTPException: try again."""
    with _connected(_server(settings)) as server:
        try:
            options = ["SMTPUTF8"] if posted.international else []
            if options and not server.has_extn("smtputf8"):
                raise NotWanted
            server.sendmail(posted.sender, [posted.recipient], posted.raw, mail_options=options)
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            raise (NotWanted() if code >= 500 else refused) from None
        except smtplib.SMTPDataError as refused:
            raise (NotWanted() if refused.smtp_code >= 500 else refused) from None


def _server(settings: Settings) -> SmtpAddress:
    assert settings.smtp_url is not None  # no mail is ordered without it
    address = smtp_address.parse(settings.smtp_url)
    if settings.smtp_password_file is None:
        return address
    password = settings.smtp_password_file.read_text().strip()
    return SmtpAddress(address.host, address.port, address.tls, address.user, password)


@contextmanager
def _connected(to: SmtpAddress) -> Iterator[smtplib.SMTP]:
    if to.tls is Tls.FROM_THE_START:
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(to.host, to.port, timeout=TIMEOUT_SECONDS)
    try:
        if to.tls is Tls.REQUIRED:
            server.starttls(context=ssl.create_default_context())  # raises where the server does not offer it
        if to.user:
            server.login(to.user, to.password)
        server.ehlo_or_helo_if_needed()
        yield server
        server.quit()
    finally:
        server.close()
