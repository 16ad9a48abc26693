"""A site of its own for a test of the console, with the calls of readers and of the newsroom's programs."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.browser.service import Service

_readers = itertools.count(1)


@dataclass
class NewSite:
    """A site that no other test uses."""

    service: Service
    slug: str = field(default_factory=lambda: f"paper-{secrets.token_hex(4)}")
    page: str = "https://news.example/article"

    def open(self, policy: str = "hold_all") -> NewSite:
        """Adds the site."""
        new = {"slug": self.slug, "name": f"The {self.slug}", "origins": ["self"], "policy": policy}
        answer = self._admin().post("/v1/admin/sites", new)
        assert answer.status == 201, answer.body
        return self

    def comment(self, body: str, **fields: Any) -> str:
        """A reader's comment; every email is another one unless given."""
        sent = {
            "site": self.slug,
            "page": self.page,
            "name": "A Reader",
            "email": f"reader{next(_readers)}@mail.example.org",
            "body": body,
        }
        answer = self.service.client().post("/v1/comments", sent | fields)
        assert answer.status == 201, answer.body
        return str(answer.json()["comment"]["id"])

    def moderation(self, path: str) -> Any:
        """GET below /v1/moderation/."""
        answer = self._admin().get(f"/v1/moderation/{path}")
        assert answer.status == 200, answer.body
        return answer.json()

    def status(self, comment: str) -> str:
        """What the database has."""
        return str(self.moderation(f"comments/{comment}")["status"])

    def decide(self, comment: str, decision: str) -> None:
        """Somebody else's decision."""
        version = self.moderation(f"comments/{comment}")["version"]
        path = f"/v1/moderation/comments/{comment}/decision"
        answer = self._admin().post(path, {"decision": decision}, {"If-Match": f'"{version}"'})
        assert answer.status == 200, answer.body

    def rules(self, rules: list[dict[str, Any]]) -> None:
        """Saves the site's first rules."""
        answer = self._admin().put(
            "/v1/moderation/rules", {"site": self.slug, "rules": rules}, {"If-Match": '"0"'}
        )
        assert answer.status == 200, answer.body

    def rules_version(self) -> int:
        """The version of the rules in force; 0 for none."""
        return int(self.moderation(f"rules?site={self.slug}")["version"])

    def check_all(self) -> NewSite:
        """Lets the filter publish by itself, and draws all of that to be checked."""
        answer = self._admin().patch(
            f"/v1/admin/sites/{self.slug}", {"policy": "publish_all", "review_share": 1}
        )
        assert answer.status == 200, answer.body
        return self

    def disable(self, login: str) -> None:
        """An admin takes somebody's account away."""
        admin = self._admin()
        (account,) = [
            one for one in admin.get("/v1/admin/accounts").json()["accounts"] if one["login"] == login
        ]
        answer = admin.patch(f"/v1/admin/accounts/{account['id']}", {"disabled": True})
        assert answer.status == 200, answer.body

    def _admin(self) -> Any:
        return self.service.client(self.service.credentials()["admin_token"])
