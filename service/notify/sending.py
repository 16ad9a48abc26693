"""The job that sends one mail: written from what is true now, the address decrypted here and nowhere kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from service import clock
from service.domain.mail import MailKind
from service.log import logger
from service.notify import desk_letters, letters, smtp
from service.notify.letter import Letter, NotAsWritten, post
from service.notify.letters import Draft, Writing
from service.privacy.vault import Vault
from service.storage import account_mails, mails
from service.storage.database import Session, transaction
from service.storage.mails import Mail

if TYPE_CHECKING:
    from service.web.context import Services

# Why a mail is never sent, in words of ours: an error's own text may hold an address.
OFF, NOTHING, UNWANTED, UNSAFE = "off", "nothing to say", "not wanted", "not as written"

WRITERS: dict[MailKind, Callable[[Writing], Draft | None]] = {
    MailKind.CONFIRM: letters.confirmation,
    MailKind.MINE: letters.own_comments,
    MailKind.NEWS: letters.news,
    MailKind.DESK: desk_letters.digest,
    MailKind.DESK_CONFIRM: desk_letters.confirmation,
}


def run(services: Services, payload: Mapping[str, Any]) -> None:
    """Sends the mail unless it was sent. Raises what the mail server's trouble raises, and is then run again.

    A worker that dies between the server's yes and ours sends it twice, with the same Message-ID.
    """
    with transaction() as session:
        mail = mails.get(session, payload["site"], payload["mail"])
        if mail is None or mail.sent_at is not None or mail.failure:
            return
        letter = _letter(services, session, mail)
        if letter is None:
            mails.given_up(session, mail, NOTHING if services.settings.mails else OFF)
            return
    try:
        smtp.deliver(services.settings, post(letter))
    except smtp.NotWanted:
        _given_up(mail, UNWANTED)
    except NotAsWritten:
        _given_up(mail, UNSAFE)
        logger().error("a mail was held back: its headers are not those it was given", mail=mail.id)
    else:
        with transaction() as session:
            mails.sent(session, mail, clock.now())


def _given_up(mail: Mail, failure: str) -> None:
    with transaction() as session:
        mails.given_up(session, mail, failure)


def _letter(services: Services, session: Session, mail: Mail) -> Letter | None:
    if not services.settings.mails:
        return None
    draft = WRITERS[mail.kind](Writing(services, session, mail, clock.now()))
    if draft is None:
        return None
    assert services.settings.mail_from is not None  # the settings were checked together
    return Letter(
        id=mail.id,
        sender=services.settings.mail_from,
        recipient=_recipient(services, session, draft),
        subject=draft.subject,
        text=draft.text,
        language=draft.language,
        at=mail.created_at,
        unsubscribe=draft.unsubscribe,
    )


def _recipient(services: Services, session: Session, draft: Draft) -> str:
    vault = Vault(services.keyring)
    if draft.author is not None:
        return vault.open(draft.author.email_ciphertext, draft.author.site, draft.author.id)
    found = account_mails.get(session, draft.account or "")
    assert found is not None  # the draft was written for it
    return vault.open_account(found.address_ciphertext, found.account_id)
