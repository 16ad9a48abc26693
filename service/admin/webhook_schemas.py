"""What the routes about webhooks take and give."""

from __future__ import annotations

from functools import partial

from marshmallow import fields

from service.admin.schemas import LABEL_MAX, Listed
from service.domain.announcement import HookFormat, News
from service.domain.text import clean_line
from service.outbound.guard import URL_MAX
from service.threads.schemas import Query, slug, text
from service.web.cursor import CURSOR_MAX
from service.web.fields import Answer, Choice, Cleaned, Flag, Strict, Whole

PAGE_SIZE = 50
PAGE_MAX = 200
ABOUT_URL = {
    "description": (
        "https, on port 443 or 8443, never to be seen again: only its host is shown. For `telegram`, "
        "`https://api.telegram.org/bot<token>/sendMessage?chat_id=<chat>`."
    )
}


class WebhooksQuery(Query):
    site = Cleaned(slug, load_default="")


class WebhookChange(Strict):
    """What may be changed of a webhook; what is left out stays."""

    label = Cleaned(partial(clean_line, max_length=LABEL_MAX), max_length=LABEL_MAX)
    url = Cleaned(partial(clean_line, max_length=URL_MAX), max_length=URL_MAX, metadata=ABOUT_URL)
    format = Choice(HookFormat)
    events = Listed(Choice(News, required=True))
    enabled = Flag()
    new_secret = Flag(metadata={"description": "Makes another secret; the old one is good for nothing then."})


class WebhookInput(Strict):
    site = Cleaned(slug, required=True)
    label = Cleaned(partial(clean_line, max_length=LABEL_MAX), load_default="", max_length=LABEL_MAX)
    url = Cleaned(
        partial(clean_line, max_length=URL_MAX), required=True, max_length=URL_MAX, metadata=ABOUT_URL
    )
    format = Choice(HookFormat, load_default=HookFormat.STANDARD)
    events = Listed(Choice(News, required=True), required=True)


class WebhookView(Answer):
    id = fields.String(required=True)
    site = fields.String(required=True)
    label = fields.String(required=True)
    host = fields.String(required=True)
    format = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    enabled = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    secret = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Shown this once, when it is made; null otherwise."},
    )


class WebhooksAnswer(Answer):
    webhooks = fields.List(fields.Nested(WebhookView), required=True)


class DeliveriesQuery(Query):
    cursor = Cleaned(text, load_default="", max_length=CURSOR_MAX)
    limit = Whole(1, PAGE_MAX, from_text=True, load_default=PAGE_SIZE)


class DeliveryView(Answer):
    id = fields.String(required=True, metadata={"description": "`webhook-id` is this after `msg_`."})
    event = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["waiting", "delivered", "failed"]})
    attempts = fields.Integer(required=True)
    status = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of the receiver's last answer."}
    )
    failure = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    attempted_at = fields.DateTime(required=True, allow_none=True)
    message = fields.Dict(required=True, metadata={"description": "What is sent."})


class DeliveriesAnswer(Answer):
    deliveries = fields.List(fields.Nested(DeliveryView), required=True)
    next = fields.String(required=True, allow_none=True)


class SentAnswer(Answer):
    delivery = fields.String(required=True)
