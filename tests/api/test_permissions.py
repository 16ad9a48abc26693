"""Who may call what: every route of the application, for every kind of caller."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.routing import Rule

from service import clock
from service.app import IdConverter
from service.auth import tokens
from service.domain.role import PERMISSIONS, Permission, Role
from service.storage import access
from service.storage.database import transaction
from service.web import permissions
from tests.api.newsroom import Newsroom, bearer


def guarded(app: Flask) -> list[tuple[Rule, str, Permission]]:
    """Every route that demands a permission, with a method of it."""
    found = []
    for rule in app.url_map.iter_rules():
        declared = permissions.declared(app.view_functions[rule.endpoint])
        if isinstance(declared, Permission):
            found += [
                (rule, method, declared)
                for method in sorted(rule.methods or ())
                if method not in ("HEAD", "OPTIONS")
            ]
    return found


def path_of(rule: Rule) -> str:
    """An address that the rule matches: ids and slugs of nothing."""
    path = rule.rule.replace("<slug>", "nowhere")
    for name, converter in rule._converters.items():
        if isinstance(converter, IdConverter):
            path = path.replace(f"<id:{name}>", "0" * 32)
    assert "<" not in path, f"teach this test to fill in {rule.rule}"
    return path


def issue(newsroom: Newsroom, role: Role, days: int | None = None, ago: int = 0) -> str:
    with newsroom.app.app_context():
        new = tokens.NewToken(role, "matrix", [newsroom.site], days)
        return tokens.issue(new, clock.now() - timedelta(days=ago))


def revoke(newsroom: Newsroom, token: str) -> None:
    with newsroom.app.app_context(), transaction() as session:
        assert access.revoke(session, token[: tokens.PREFIX_LENGTH], clock.now()) == 1


def test_there_is_something_to_guard(app: Flask) -> None:
    assert len(guarded(app)) >= 8


def test_without_a_valid_credential_every_guarded_route_is_closed(newsroom: Newsroom) -> None:
    revoked = issue(newsroom, Role.ADMIN)
    revoke(newsroom, revoked)
    callers = {
        "anonymous": {},
        "unknown": bearer("blw_" + "x" * 43),
        "not a token": bearer("x"),
        "basic": {"Authorization": "Basic eDp5"},
        "expired": bearer(issue(newsroom, Role.ADMIN, days=1, ago=2)),
        "revoked": bearer(revoked),
        "cookie": {"Cookie": f"session={newsroom.admin}"},
    }
    for rule, method, _ in guarded(newsroom.app):
        for caller, headers in callers.items():
            answer = newsroom.client.open(path_of(rule), method=method, headers=headers, json={})
            assert answer.status_code == 401, f"{caller}: {method} {rule.rule}"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("role", list(Role))
def test_roles_may_what_the_table_says(newsroom: Newsroom, role: Role) -> None:
    credential = bearer(issue(newsroom, role))
    for rule, method, permission in guarded(newsroom.app):
        answer = newsroom.client.open(path_of(rule), method=method, headers=credential, json={})
        refused = role not in PERMISSIONS[permission]
        assert (answer.status_code == 403) is refused, f"{role}: {method} {rule.rule}"
        assert answer.status_code < 500


def test_a_revoked_token_stops_at_once(newsroom: Newsroom) -> None:
    token = issue(newsroom, Role.MODERATOR)
    assert newsroom.moderation("comments", token=token).status_code == 200
    revoke(newsroom, token)
    assert newsroom.moderation("comments", token=token).status_code == 401


def test_another_sites_ids_are_nothing(newsroom: Newsroom, open_site: Callable[..., Newsroom]) -> None:
    other = open_site()
    comment = other.pending()
    author = other.moderation(f"comments/{comment}").get_json()["author"]["id"]
    decision = other.decide(comment, "reject").get_json()["undo"]
    reach = [
        ("GET", f"comments/{comment}", None),
        ("GET", "comments?site=" + other.site, None),
        ("POST", f"comments/{comment}/decision", {"decision": "approve"}),
        ("POST", f"undo/{decision}", None),
        ("GET", f"authors/{author}", None),
        ("POST", f"authors/{author}/reveal-email", {"reason": "curious"}),
        ("GET", "events?site=" + other.site, None),
    ]
    for method, path, body in reach:
        answer = newsroom.client.open(
            f"/v1/moderation/{path}",
            method=method,
            json=body,
            headers=bearer(newsroom.admin) | {"If-Match": '"2"'},
        )
        assert answer.status_code == 404, f"{method} {path}: {answer.get_data(as_text=True)}"
    assert newsroom.moderation("comments", status="rejected").get_json()["total"] == 0
    assert newsroom.moderation("events").get_json()["events"] == []


def test_a_route_without_a_declaration_stops_the_start(app: Flask) -> None:
    bare = Flask("bare")
    bare.add_url_rule("/forgotten", view_func=lambda: "")
    with pytest.raises(RuntimeError, match="<lambda>"):
        permissions.check_every_route(bare)
