"""Sends messages to webhooks: signed (Standard Webhooks 1.0), again until they arrive, always under the same id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from standardwebhooks import Webhook as Signer

from service import clock
from service.domain.announcement import DeliveryState, HookFormat
from service.notify.messages import body_for
from service.outbound.reply import OutboundError
from service.privacy.secrets import Secrets
from service.storage import webhooks
from service.storage.database import transaction
from service.storage.webhooks import Delivery, Webhook

if TYPE_CHECKING:
    from service.web.context import Services

#: With the pauses of the jobs, the last one is made about two and a half hours after the first.
ATTEMPTS_MAX: Final = 12
GONE: Final = 410
SWITCHED_OFF: Final = "switched_off"
#: So long after the last attempt no other is to come, whatever became of the job.
OVER_AFTER: Final = timedelta(hours=2)


class NotDelivered(Exception):
    """The receiver did not take it; the job is run again."""


@dataclass(frozen=True)
class _Message:
    """A message on its way."""

    id: str
    format: HookFormat
    document: Mapping[str, Any]
    url: str
    secret: str


def row_of(hook: Webhook) -> str:
    """Where a webhook's secrets are kept, for their encryption."""
    return f"{hook.site}/webhooks/{hook.id}"


def deliver(services: Services, payload: Mapping[str, Any]) -> None:
    """The job: sends one message. Raises NotDelivered when it did not arrive and shall be sent again."""
    with transaction() as session:
        found = webhooks.delivery(session, payload["site"], payload["delivery"])
        if found is None or found[0].state is not DeliveryState.WAITING:
            return
        if not found[1].enabled:
            found[0].state, found[0].failure = DeliveryState.FAILED, SWITCHED_OFF
            return
        message = _message(services, *found)
    status, failure = _sent(services, message)
    with transaction() as session:
        found = webhooks.delivery(session, payload["site"], payload["delivery"])
        if found is None:
            return
        again = _note(*found, status, failure)
    if again:
        raise NotDelivered


def _message(services: Services, sent: Delivery, hook: Webhook) -> _Message:
    kept = Secrets(services.keyring).open(hook.ciphertext, row_of(hook))
    return _Message(sent.id, hook.format, sent.document, kept["url"], kept["secret"])


def _sent(services: Services, message: _Message) -> tuple[int | None, str]:
    """The status of the answer, and a word for what went wrong."""
    public = services.settings.public_url
    console = None if public is None else f"{public}/console"
    body = body_for(message.format, message.url, message.document, console)
    headers = {"Content-Type": "application/json", "webhook-id": f"msg_{message.id}"}
    if message.format is HookFormat.STANDARD:
        headers |= signature(message.id, message.secret, body)
    try:
        status = services.outbound.post(message.url, body, headers).status
    except OutboundError as error:
        return None, error.kind
    return status, "" if 200 <= status < 300 else "refused"


def signature(message_id: str, secret: str, body: bytes) -> dict[str, str]:
    """The headers that prove who sent this, and when."""
    now = clock.now()
    signed = Signer(secret).sign(f"msg_{message_id}", now, body.decode())
    return {"webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signed}


def _note(sent: Delivery, hook: Webhook, status: int | None, failure: str) -> bool:
    """Writes down how it went; returns whether to send it again."""
    sent.attempts += 1
    sent.attempted_at, sent.status, sent.failure = clock.now(), status, failure
    if not failure:
        sent.state = DeliveryState.DELIVERED
    elif status == GONE:
        sent.state, hook.enabled = DeliveryState.FAILED, False  # the receiver wants nothing more
    elif sent.attempts >= ATTEMPTS_MAX:
        sent.state = DeliveryState.FAILED
    return sent.state is DeliveryState.WAITING
