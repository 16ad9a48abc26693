"""Webhooks as admins set them up; each change is an event of its site."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from service.admin.setup import Admin, reachable, record
from service.domain.announcement import DeliveryState, HookFormat, News
from service.domain.errors import FieldProblem, IllegalTransition, InvalidInput, NotFound, TextProblem
from service.domain.ids import new_id
from service.domain.url import Url
from service.notify.announcing import DELIVER, forget_hooks, send
from service.notify.delivering import OVER_AFTER, row_of
from service.notify.messages import trial_document
from service.outbound.guard import clean_target
from service.privacy.secrets import Secrets
from service.storage import jobs, webhooks
from service.storage.database import Session, reading, transaction
from service.storage.webhooks import Delivery, NewHook, Webhook

if TYPE_CHECKING:
    from service.web.context import Services

HOOKS_MAX: Final = 20
_SECRET_BYTES: Final = 32


@dataclass(frozen=True)
class Wanted:
    """A webhook as an admin wants it."""

    site: str
    label: str
    url: str
    format: HookFormat
    events: Sequence[News]


def list_hooks(admin: Admin, site: str) -> Sequence[Webhook]:
    """The webhooks of the site, or of all within reach. Raises NotFound."""
    if site:
        admin.principal.check_site(site)
    with reading() as session:
        return webhooks.of_sites(session, [site] if site else reachable(session, admin))


def add_hook(services: Services, admin: Admin, wanted: Wanted) -> tuple[Webhook, str]:
    """Adds a webhook; returns its secret, shown this once. Raises NotFound, InvalidInput."""
    admin.principal.check_site(wanted.site)
    target, secret, hook_id = _target(services, wanted.url, wanted.format), _new_secret(), new_id()
    row = f"{wanted.site}/webhooks/{hook_id}"
    kept = Secrets(services.keyring).close({"url": str(target), "secret": secret}, row)
    with transaction() as session:
        if wanted.site not in reachable(session, admin):
            raise NotFound("There is no such site.")
        if len(webhooks.of_sites(session, [wanted.site])) >= HOOKS_MAX:
            raise _bad("site", "too_many", f"A site has at most {HOOKS_MAX} webhooks.")
        new = NewHook(
            site=wanted.site,
            id=hook_id,
            label=wanted.label,
            host=target.host,
            format=wanted.format,
            events=[kind.value for kind in wanted.events],
            ciphertext=kept,
            created_at=admin.at,
        )
        hook = webhooks.add(session, new)
        record(session, admin, wanted.site, "webhook_added", {"webhook": hook_id, "host": target.host})
    forget_hooks()
    return hook, secret


def change_hook(
    services: Services, admin: Admin, hook_id: str, values: Mapping[str, Any]
) -> tuple[Webhook, str | None]:
    """Changes what `values` names; returns the new secret, if one was wanted. Raises NotFound, InvalidInput."""
    with transaction() as session:
        hook = _located(session, admin, hook_id)
        kept = Secrets(services.keyring).open(hook.ciphertext, row_of(hook))
        secret = _new_secret() if values.get("new_secret") else None
        hook.format = values.get("format", hook.format)
        target = _target(services, values.get("url", kept["url"]), hook.format)
        kept = {"url": str(target), "secret": secret or kept["secret"]}
        hook.ciphertext, hook.host = Secrets(services.keyring).close(kept, row_of(hook)), target.host
        hook.label = values.get("label", hook.label)
        hook.enabled = values.get("enabled", hook.enabled)
        hook.events = [str(kind) for kind in values.get("events", hook.events)]
        record(session, admin, hook.site, "webhook_changed", {"webhook": hook.id, "changed": sorted(values)})
    forget_hooks()
    return hook, secret


def remove_hook(admin: Admin, hook_id: str) -> None:
    """Removes it with its log. Raises NotFound."""
    with transaction() as session:
        hook = _located(session, admin, hook_id)
        record(session, admin, hook.site, "webhook_removed", {"webhook": hook.id, "host": hook.host})
        webhooks.remove(session, hook)
    forget_hooks()


def deliveries(admin: Admin, hook_id: str, last: str, at_most: int) -> Sequence[Delivery]:
    """What was sent to it, newest first. Raises NotFound."""
    with reading() as session:
        return webhooks.deliveries(session, _located(session, admin, hook_id), last, at_most)


def send_test(admin: Admin, hook_id: str) -> str:
    """Sends a message that says nothing but that it works; returns its id. Raises NotFound, IllegalTransition."""
    with transaction() as session:
        hook = _located(session, admin, hook_id)
        if not hook.enabled:
            raise IllegalTransition("This webhook is switched off.")
        document = trial_document(session, hook.site)
        return send(session, hook, document["type"], document)


def resend(admin: Admin, hook_id: str, delivery_id: str) -> None:
    """Sends a message once more, under the same id. Raises NotFound, IllegalTransition while it is on its way."""
    with transaction() as session:
        hook = _located(session, admin, hook_id)
        found = webhooks.delivery(session, hook.site, delivery_id)
        if found is None or found[0].webhook_id != hook.id:
            raise NotFound("There is no such message.")
        since = found[0].attempted_at or found[0].created_at
        on_its_way = found[0].state is DeliveryState.WAITING and admin.at < since + OVER_AFTER
        if not hook.enabled or on_its_way:
            raise IllegalTransition("The webhook is switched off, or the message is on its way.")
        found[0].state, found[0].attempts, found[0].attempted_at = DeliveryState.WAITING, 0, admin.at
        jobs.add(session, jobs.NewJob(DELIVER, admin.at, {"site": hook.site, "delivery": delivery_id}))


def _located(session: Session, admin: Admin, hook_id: str) -> Webhook:
    hook = webhooks.locate(session, hook_id, admin.reach)
    if hook is None:
        raise NotFound("There is no such webhook.")
    return hook


def _target(services: Services, raw: str, hook_format: HookFormat) -> Url:
    try:
        url = clean_target(raw, services.outbound.allowed)
    except TextProblem as problem:
        raise _bad("url", problem.code, problem.message) from None
    if hook_format is HookFormat.TELEGRAM and "chat_id=" not in (url.query or ""):
        raise _bad("url", "required", "Name the chat: https://api.telegram.org/bot…/sendMessage?chat_id=…")
    return url


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def _bad(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput([FieldProblem(field, code, message)])
