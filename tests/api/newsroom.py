"""A newsroom of its own for each test: one site, its tokens, and the calls that readers and moderators make."""

from __future__ import annotations

import itertools
import json
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service import clock
from service.auth import tokens
from service.domain.role import Role
from service.settings import Policy
from service.storage import sites
from service.storage.database import transaction
from service.web.site import forget_profiles

ORIGIN = "https://news.example"
PAGE = f"{ORIGIN}/2026/03/07/talks"
_readers = itertools.count(1)


@dataclass
class Newsroom:
    """A site of the application under test; addresses of readers differ from call to call unless said."""

    app: Flask
    site: str
    moderator: str
    admin: str

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def comment(self, **fields: Any) -> dict[str, Any]:
        """The JSON of a submission; every email is another one unless given."""
        reader = next(_readers)
        sent = {
            "site": self.site,
            "page": PAGE,
            "name": "Ayşe Yılmaz",
            "email": f"reader{reader}@mail.example.org",
            "body": f"I read this twice, number {reader}.",
            **fields,
        }
        return {name: value for name, value in sent.items() if value is not ...}

    def submit(self, headers: dict[str, str] | None = None, address: str = "", **fields: Any) -> TestResponse:
        """POST /v1/comments; a field given as ... is left out."""
        environ = {"REMOTE_ADDR": address or f"203.0.{next(_readers) // 250 % 250}.{next(_readers) % 250}"}
        return self.client.post(
            "/v1/comments",
            data=json.dumps(self.comment(**fields)),
            content_type="application/json",
            headers=headers,
            environ_overrides=environ,
        )

    def pending(self, **fields: Any) -> str:
        """The id of a new comment."""
        answer = self.submit(**fields)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["comment"]["id"])

    def decide(self, comment: str, decision: str, version: int | None = 1, **more: Any) -> TestResponse:
        """POST the decision of the moderator."""
        token = more.pop("token", self.moderator)
        headers = bearer(token) | ({} if version is None else {"If-Match": f'"{version}"'})
        return self.client.post(
            f"/v1/moderation/comments/{comment}/decision",
            json={"decision": decision, **more},
            headers=headers,
        )

    def approved(self, **fields: Any) -> str:
        """The id of a new comment that everybody may read."""
        comment = self.pending(**fields)
        answer = self.decide(comment, "approve")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return comment

    def thread(self, page: str = PAGE, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        """GET the thread of a page."""
        asked = {"site": self.site, "page": page, **query}
        return self.client.get("/v1/comments", query_string=asked, headers=headers)

    def read(self, page: str = PAGE, **query: Any) -> dict[str, Any]:
        """The thread of a page, parsed."""
        answer = self.thread(page, **query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        parsed: dict[str, Any] = answer.get_json()
        return parsed

    def moderation(self, path: str = "", token: str | None = None, **query: Any) -> TestResponse:
        """GET below /v1/moderation/."""
        return self.client.get(
            f"/v1/moderation/{path}", query_string=query, headers=bearer(token or self.moderator)
        )


def bearer(token: str) -> dict[str, str]:
    """The header of a token."""
    return {"Authorization": f"Bearer {token}"}


def open_newsroom(app: Flask, **profile: Any) -> Newsroom:
    """A new site with a moderator's and an admin's token that reach only it."""
    slug = f"paper-{secrets.token_hex(6)}"
    defaults: dict[str, Any] = {
        "slug": slug,
        "name": "The Morning Paper",
        "language": "en",
        "policy": Policy.HOLD_ALL,
        "page_hosts": (),
        "edit_window_seconds": 900,
        "origins": frozenset({ORIGIN, "self"}),
    }
    with app.app_context():
        now = clock.now()
        with transaction() as session:
            sites.add(session, sites.SiteProfile(**{**defaults, **profile}), now)
        issued = {
            role: tokens.issue(tokens.NewToken(role, "test", [slug], days=None), now)
            for role in (Role.MODERATOR, Role.ADMIN)
        }
    return Newsroom(app, slug, issued[Role.MODERATOR], issued[Role.ADMIN])


def change_site(newsroom: Newsroom, **values: Any) -> None:
    """Writes new settings of the site, which every process sees within a second, and this one at once."""
    from sqlalchemy import update

    from service.storage.models import Site

    with newsroom.app.app_context():
        with transaction() as session:
            session.execute(update(Site).where(Site.slug == newsroom.site).values(**values))
        forget_profiles()
