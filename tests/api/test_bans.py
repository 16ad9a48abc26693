"""Who is banned is heard and not published, and learns nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from service import clock
from service.clock import rfc3339
from service.domain.ban import clean_domain, clean_prefix, domains_above
from service.domain.errors import TextProblem
from service.domain.role import Role
from service.jobs import retention
from service.settings import Policy
from service.storage.database import reading
from service.storage.models import Ban, Event
from tests.api.moderated import post, token_for, write
from tests.api.newsroom import Newsroom, bearer

REASON = "Sells pills"


@pytest.fixture
def paper(open_site: Callable[..., Newsroom]) -> Newsroom:
    """A newsroom that publishes everything."""
    return open_site(policy=Policy.PUBLISH_ALL)


def ban(newsroom: Newsroom, **wanted: Any) -> dict[str, Any]:
    answer = post(newsroom, "bans", {"reason": REASON, **wanted})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made: dict[str, Any] = answer.get_json()
    return made


def bans(newsroom: Newsroom, **query: Any) -> list[dict[str, Any]]:
    answer = newsroom.moderation("bans", **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["bans"]
    return found


def status(newsroom: Newsroom, **fields: Any) -> str:
    answer = newsroom.submit(**fields)
    assert answer.status_code == 201
    found: str = answer.get_json()["comment"]["status"]
    return found


def seen(newsroom: Newsroom, comment: str) -> dict[str, Any]:
    found: dict[str, Any] = newsroom.moderation(f"comments/{comment}").get_json()
    return found


def test_a_banned_author_waits_and_is_answered_like_anybody(paper: Newsroom) -> None:
    me = {"email": "me@mail.example.org"}
    first = paper.submit(**me).get_json()
    author = seen(paper, first["comment"]["id"])["author"]["id"]
    made = ban(paper, author=author)
    assert (made["kind"], made["author"], made["expires_at"]) == ("author", author, None)
    held = paper.submit(**me)
    assert held.status_code == 201
    assert set(held.get_json()) == set(first)
    assert REASON not in held.get_data(as_text=True)
    (signal,) = seen(paper, held.get_json()["comment"]["id"])["signals"]
    assert (signal["check"], signal["reason"]) == ("ban", f"The author is banned. Reason: {REASON}")
    assert status(paper, email="other@mail.example.org") == "approved"


@pytest.mark.parametrize(
    ("domain", "email", "expected"),
    [
        ("pills.example.org", "a@pills.example.org", "pending"),
        ("@Pills.Example.org", "a@mail.pills.example.org", "pending"),
        ("pills.example.org", "a@notpills.example.org", "approved"),
        ("mail.pills.example.org", "a@pills.example.org", "approved"),
        ("münchen.example.org", "a@xn--mnchen-3ya.example.org", "pending"),
    ],
)
def test_an_email_domain_and_those_below_it(paper: Newsroom, domain: str, email: str, expected: str) -> None:
    ban(paper, email_domain=domain)
    assert status(paper, email=email) == expected


@pytest.mark.parametrize(
    ("prefix", "address", "expected"),
    [
        ("198.51.100.7", "198.51.100.7", "pending"),
        ("198.51.100.7/32", "::ffff:198.51.100.7", "pending"),
        ("::ffff:198.51.100.7", "198.51.100.7", "pending"),
        ("198.51.100.7", "198.51.100.8", "approved"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "pending"),
        ("2001:db8:1:2::/64", "2001:db8:1:3::1", "approved"),
        ("2001:db8:1::/48", "2001:db8:1:ffff::1", "pending"),
        ("2001:db8:1::/48", "2001:db8:2::1", "approved"),
    ],
)
def test_a_network(paper: Newsroom, prefix: str, address: str, expected: str) -> None:
    made = ban(paper, ip_prefix=prefix)
    assert status(paper, address=address) == expected
    assert prefix.partition("/")[0] not in str(made)


def test_the_source_of_a_comment_needs_no_address(paper: Newsroom) -> None:
    spam = paper.pending(address="198.51.100.20")
    made = ban(paper, source_of=spam)
    assert status(paper, address="198.51.100.20") == "pending"
    assert status(paper, address="198.51.100.21") == "approved"
    with paper.app.app_context(), reading() as session:
        kept = session.scalars(select(Ban).where(Ban.site == paper.site)).one()
    assert "198.51" not in kept.subject
    assert kept.subject not in paper.moderation("bans").get_data(as_text=True)
    assert kept.subject not in paper.moderation("events").get_data(as_text=True)
    assert kept.subject not in str(made)


def test_where_a_comment_came_from_may_be_forgotten(paper: Newsroom) -> None:
    old = paper.pending()
    write(paper, old, address_fingerprint=None)
    answer = post(paper, "bans", {"reason": REASON, "source_of": old})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["code"] == "forgotten"


def test_an_edit_does_not_free_what_a_ban_held(paper: Newsroom) -> None:
    ban(paper, email_domain="pills.example.org")
    sent = paper.submit(email="a@pills.example.org").get_json()
    author = {"Authorization": f"Author {sent['author_token']}"}
    path = f"/v1/comments/{sent['comment']['id']}"
    answer = paper.client.patch(path, json={"body": "Harmless."}, headers=author)
    assert answer.status_code == 200
    assert seen(paper, sent["comment"]["id"])["status"] == "pending"


def test_an_edit_from_a_banned_network_waits(paper: Newsroom) -> None:
    sent = paper.submit().get_json()
    assert sent["comment"]["status"] == "approved"
    ban(paper, ip_prefix="198.51.100.30")
    answer = paper.client.patch(
        f"/v1/comments/{sent['comment']['id']}",
        json={"body": "Changed."},
        headers={"Authorization": f"Author {sent['author_token']}"},
        environ_overrides={"REMOTE_ADDR": "198.51.100.30"},
    )
    assert answer.status_code == 200
    assert seen(paper, sent["comment"]["id"])["status"] == "pending"


def test_a_ban_ends_when_it_says(paper: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    until = clock.now() + timedelta(days=2)
    ban(paper, email_domain="pills.example.org", expires_at=rfc3339(until))
    me = {"email": "a@pills.example.org"}
    held = paper.submit(**me)
    assert f"The ban ends on {until:%Y-%m-%d}." in str(
        seen(paper, held.get_json()["comment"]["id"])["signals"]
    )
    monkeypatch.setattr(clock, "now", lambda: until - timedelta(seconds=1))
    assert status(paper, **me) == "pending"
    monkeypatch.setattr(clock, "now", lambda: until)
    assert status(paper, **me) == "approved"
    assert bans(paper) == []
    with paper.app.app_context():
        retention.drop_bans(paper.app.extensions["belowline"], {})
        with reading() as session:
            assert session.scalar(select(func.count()).select_from(Ban).where(Ban.site == paper.site)) == 0


def test_a_network_is_banned_for_thirty_days_at_most(paper: Newsroom) -> None:
    made = ban(paper, ip_prefix="198.51.100.7")
    assert made["expires_at"][:10] == f"{clock.now() + timedelta(days=30):%Y-%m-%d}"
    for days, expected in ((29, 201), (31, 422)):
        until = rfc3339(clock.now() + timedelta(days=days))
        answer = post(paper, "bans", {"reason": REASON, "ip_prefix": "198.51.100.7", "expires_at": until})
        assert answer.status_code == expected


def test_lifting_lets_the_next_through_and_leaves_the_held_where_they_are(paper: Newsroom) -> None:
    made = ban(paper, email_domain="pills.example.org")
    held = paper.pending(email="a@pills.example.org")
    lifted = paper.client.delete(f"/v1/moderation/bans/{made['id']}", headers=bearer(paper.moderator))
    assert lifted.status_code == 204
    assert bans(paper) == []
    assert status(paper, email="a@pills.example.org") == "approved"
    assert seen(paper, held)["status"] == "pending"
    again = paper.client.delete(f"/v1/moderation/bans/{made['id']}", headers=bearer(paper.moderator))
    assert again.status_code == 404


def test_banning_again_changes_reason_and_expiry(paper: Newsroom) -> None:
    first = ban(paper, email_domain="pills.example.org")
    until = rfc3339(clock.now() + timedelta(days=3))
    second = ban(paper, email_domain="pills.example.org", reason="Again", expires_at=until)
    assert second["id"] == first["id"]
    (only,) = bans(paper)
    assert (only["reason"], only["expires_at"]) == ("Again", until)


def test_many_who_ban_the_same_at_once_make_one_ban(paper: Newsroom) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: ban(paper, email_domain="pills.example.org"), range(6)))
    assert len({one["id"] for one in made}) == 1
    assert len(bans(paper)) == 1


def test_every_ban_and_its_end_are_in_the_log(paper: Newsroom) -> None:
    made = ban(paper, email_domain="pills.example.org")
    paper.client.delete(f"/v1/moderation/bans/{made['id']}", headers=bearer(paper.moderator))
    with paper.app.app_context(), reading() as session:
        query = select(Event).where(Event.site == paper.site).order_by(Event.id)
        logged = [(event.kind, event.note, event.detail["ban"]) for event in session.scalars(query)]
    assert logged == [("banned", REASON, made["id"]), ("ban_lifted", REASON, made["id"])]


def test_the_list_goes_newest_first_by_kind_and_through_its_cursor(paper: Newsroom) -> None:
    made = [ban(paper, email_domain=f"pills{n}.example.org")["id"] for n in range(3)]
    network = ban(paper, ip_prefix="198.51.100.7")["id"]
    assert [one["id"] for one in bans(paper)] == [network, *made[::-1]]
    assert [one["id"] for one in bans(paper, kind="source")] == [network]
    answer = paper.moderation("bans", limit=2).get_json()
    rest = paper.moderation("bans", limit=2, cursor=answer["next"]).get_json()
    assert [one["id"] for one in answer["bans"] + rest["bans"]] == [network, *made[::-1]]
    assert rest["next"] is None


def test_other_sites_are_out_of_reach(paper: Newsroom, open_site: Callable[..., Newsroom]) -> None:
    other = open_site(policy=Policy.PUBLISH_ALL)
    comment = other.pending()
    author = seen(other, comment)["author"]["id"]
    made = ban(other, email_domain="pills.example.org")
    for wanted in (
        {"author": author},
        {"source_of": comment},
        {"site": other.site, "email_domain": "x.example"},
    ):
        assert post(paper, "bans", {"reason": REASON, **wanted}).status_code == 404
    deleted = paper.client.delete(f"/v1/moderation/bans/{made['id']}", headers=bearer(paper.admin))
    assert deleted.status_code == 404
    assert paper.moderation("bans", site=other.site).status_code == 404
    assert bans(paper) == []
    assert len(bans(other)) == 1
    assert status(paper, email="a@pills.example.org") == "approved"


def test_a_token_of_several_sites_must_name_one(paper: Newsroom, open_site: Callable[..., Newsroom]) -> None:
    token = token_for(paper.app, Role.MODERATOR, [paper.site, open_site().site])
    body = {"reason": REASON, "email_domain": "pills.example.org"}
    assert post(paper, "bans", body, token=token).get_json()["errors"][0]["field"] == "site"
    assert post(paper, "bans", body | {"site": paper.site}, token=token).status_code == 201


@pytest.mark.parametrize(
    ("wanted", "field", "code"),
    [
        ({}, "author", "required"),
        ({"email_domain": "a.example", "ip_prefix": "198.51.100.7"}, "author", "conflict"),
        ({"email_domain": "localhost"}, "email_domain", "invalid"),
        ({"email_domain": "a b.example"}, "email_domain", "invalid"),
        ({"ip_prefix": "198.51.100.0/24"}, "ip_prefix", "invalid"),
        ({"ip_prefix": "0.0.0.0/0"}, "ip_prefix", "invalid"),
        ({"ip_prefix": "2001:db8::/32"}, "ip_prefix", "invalid"),
        ({"ip_prefix": "somewhere"}, "ip_prefix", "invalid"),
        ({"author": "me"}, "author", "invalid"),
        ({"email_domain": "a.example", "reason": ""}, "reason", "required"),
        ({"email_domain": "a.example", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at", "invalid"),
        ({"email_domain": "a.example", "color": "red"}, "color", "unknown_field"),
    ],
)
def test_what_is_not_understood_bans_nobody(
    paper: Newsroom, wanted: dict[str, Any], field: str, code: str
) -> None:
    answer = post(paper, "bans", {"reason": REASON, **wanted})
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert [(one["field"], one["code"]) for one in answer.get_json()["errors"]] == [(field, code)]
    assert bans(paper) == []


def test_domains_and_prefixes_have_one_form() -> None:
    assert clean_domain(" @Mail.EXAMPLE. ") == "mail.example"
    assert clean_prefix("2001:DB8:1:2:3:4:5:6") == "2001:db8:1:2::/64"
    assert domains_above("a.b.example") == ("a.b.example", "b.example")
    assert domains_above("[1.2.3.4]") == ()
    with pytest.raises(TextProblem):
        clean_domain("[::1]")
