"""The canary: a planted email is looked for, in every form that people know, in everything that leaves or is kept."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from flask import Flask

from service.domain.announcement import News
from service.domain.email import parse_email
from service.domain.role import Role
from service.jobs.registry import KINDS
from service.jobs.worker import Worker
from service.notify import announcing
from service.storage.database import database_url
from tests.api.desk import Desk
from tests.api.mailed import BASE, SENDER, SENDING, Mailroom
from tests.api.newsroom import ORIGIN, PAGE, Newsroom, bearer, open_newsroom
from tests.api.signed_in import PASSWORD, hire
from tests.backing.mail import LINK, MailSink
from tests.backing.receiver import receiving
from tests.backing.redis import RedisServer

HERE = {"outbound_allow": (ip_address("127.0.0.1"),)}
CANARY = "Kanarya.Canary+Haber@mail.example.org"


def forms_of(email: str) -> list[bytes]:
    """The email as it could leak: in clear, encoded, or hashed without a key."""
    found: set[bytes] = set()
    for text in {email, email.lower(), parse_email(email).normalized, parse_email(email).index_form}:
        raw = text.encode()
        local = raw.partition(b"@")[0]
        found |= {raw, local, quote(text, safe="").encode(), raw.hex().encode(), local.hex().encode()}
        # whatever stands before it, some run of the encoded text is the same
        for shift in range(3):
            found.add(base64.b64encode(b"\0" * shift + raw)[4:-4])
            found.add(base64.urlsafe_b64encode(b"\0" * shift + raw)[4:-4])
        for name in ("md5", "sha1", "sha256", "sha512"):
            digest = hashlib.new(name, raw).digest()
            found |= {digest, digest.hex().encode(), base64.b64encode(digest)}
        for salt in (b"", b"demo"):
            stretched = hashlib.pbkdf2_hmac("sha1", raw, salt, 1000, 6)
            found |= {stretched.hex().encode(), base64.b64encode(stretched)}
    return sorted(found)


FORMS = forms_of(CANARY)


def assert_clean(name: str, kept: bytes) -> None:
    assert kept, f"{name} is empty: nothing was looked at"
    found = [form for form in FORMS if form in kept]
    assert not found, f"{name} holds the email as {found}"


@contextmanager
def seen_by(server: RedisServer) -> Iterator[list[bytes]]:
    """Everything that Redis is told meanwhile (MONITOR)."""
    seen: list[bytes] = []
    with redis.Redis.from_url(server.url, socket_timeout=None) as client, client.monitor() as monitor:
        ready, done = threading.Event(), threading.Event()

        def listen() -> None:
            ready.set()
            while not done.is_set():
                command = monitor.next_command()["command"]
                seen.append(command.encode())
                if "canary-ends" in command:
                    return

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        ready.wait()
        yield seen
        with redis.Redis.from_url(server.url) as other:
            other.get("canary-ends")
        listener.join(5)
        done.set()


def exercise(newsroom: Newsroom) -> Iterator[tuple[str, bytes]]:
    """Every call that readers, moderators and admins can make about a comment; yields what each got."""
    client = newsroom.client

    def call(method: str, path: str, **options: object) -> tuple[str, bytes]:
        answer = client.open(path, method=method, **options)  # type: ignore[arg-type]
        assert answer.status_code < 500, f"{method} {path}"
        return f"{method} {path}", repr(dict(answer.headers)).encode() + b"\n" + answer.get_data()

    sent = newsroom.comment(email=CANARY)
    first = client.post("/v1/comments", json=sent, headers={"Idempotency-Key": "canary"})
    comment, token = first.get_json()["comment"]["id"], first.get_json()["author_token"]
    yield "the first answer", repr(dict(first.headers)).encode() + first.get_data()
    yield call("POST", "/v1/comments", json=sent, headers={"Idempotency-Key": "canary"})
    yield call("POST", "/v1/comments", json=sent | {"name": "x"}, headers={"Idempotency-Key": "canary"})
    yield call("POST", "/v1/comments", json=sent | {"name": ""})
    yield call("POST", "/v1/comments", json=sent | {"email": CANARY + "@@"})
    yield call("POST", "/v1/comments", data=sent | {"email": CANARY + " x"}, headers={"Origin": ORIGIN})
    yield call("POST", "/v1/comments", data=sent | {"body": ""}, headers={"Origin": ORIGIN})
    yield call("POST", "/v1/comments", data=b'{"email": "' + CANARY.encode(), content_type="application/json")
    newsroom.decide(comment, "approve")
    # one that nothing changes later: what it left in the tables stays there to be found
    yield call("POST", "/v1/comments", json=newsroom.comment(email=CANARY, parent=comment))
    author = {"Authorization": f"Author {token}"}
    yield call("PATCH", f"/v1/comments/{comment}", json={"body": "changed"}, headers=author)
    newsroom.decide(comment, "approve", version=3)
    yield call("PUT", f"/v1/comments/{comment}/vote", json={"value": 1})
    yield call("POST", f"/v1/comments/{comment}/reports", json={"reason": "spam"})
    of_page = f"?site={newsroom.site}&page={PAGE}"
    read = ("/v1/comments", "/v1/counts", "/thread", "/feed.atom")
    for path in (
        *(name + of_page for name in read),
        f"/v1/comments/{comment}",
        f"/v1/comments{of_page}&comment={comment}",
        f"/thread{of_page}&fragment=1",
        f"/thread{of_page}&reply_to={comment}",
        "/embed.mjs",
        "/demo",
        "/metrics",
        "/readyz",
    ):
        yield call("GET", path)
    yield call("GET", f"/v1/comments/{comment}/status", headers=author)
    preview = {"site": newsroom.site, "body": "Some *words*"}
    yield call("POST", "/v1/preview", json=preview)
    yield call("POST", "/v1/preview", json=preview | {"email": CANARY})
    yield call("POST", "/v1/comments", json=newsroom.comment(email=CANARY, notify=True), headers=author)
    yield call("GET", f"/v1/challenge{of_page}")
    yield call("POST", "/v1/comments", json=newsroom.comment(email=CANARY, challenge="ask"))
    yield from told(newsroom)
    subject = {"site": newsroom.site, "email": CANARY, "reason": "asked"}
    yield call("POST", "/v1/admin/privacy/export", json=subject, headers=bearer(newsroom.admin))
    yield call(
        "POST", "/v1/admin/privacy/export", json=subject | {"reason": ""}, headers=bearer(newsroom.admin)
    )
    for path in ("stats/spam", "stats/spam.csv", "stats/spam.svg", "stats/moderation.csv"):
        yield call("GET", f"/v1/{path}", headers=bearer(newsroom.admin))
    item = newsroom.moderation(f"comments/{comment}").get_json()
    for credential in (newsroom.moderator, newsroom.admin):
        for path in (
            "comments?status=approved",
            f"comments/{comment}",
            "events",
            "events.csv",
            "events.jsonl",
            "events/verification",
            "pages",
            f"authors/{item['author']['id']}",
            "live",
            "bans",
            "campaigns",
            f"comments?status=approved&q={CANARY.partition('@')[0].lower()}",
        ):
            yield call("GET", f"/v1/moderation/{path}", headers=bearer(credential))
    yield from in_a_browser(newsroom, item["author"]["id"])


def in_a_browser(newsroom: Newsroom, author: str) -> Iterator[tuple[str, bytes]]:
    """What the console shows to somebody who is signed in; its scripts call what `exercise` calls."""
    admin = hire(newsroom, Role.ADMIN).sign_in()
    for path in ("", "/campaigns", "/rules", "/bans", "/accounts", "/me", f"/authors/{author}"):
        answer = admin.client.get(f"/console{path}")
        yield f"GET /console{path}", str(answer.headers).encode() + answer.get_data()
    yield "sign in", admin.begin(CANARY).get_data()


def own_mail(newsroom: Newsroom) -> Iterator[tuple[str, bytes]]:
    """A moderator's own address: everything that is answered about it."""
    anna, path = hire(newsroom).sign_in(), "/v1/moderation/mail"
    wanted = {"email": CANARY, "about": ["holds"], "language": "en"}
    for password, status in (("not it", 422), (PASSWORD, 200)):
        answer = anna.api("PUT", path, json={**wanted, "password": password})
        assert answer.status_code == status, answer.get_data(as_text=True)
        yield f"PUT {path}", repr(dict(answer.headers)).encode() + answer.get_data()
    for place in (path, "/console/me"):
        answer = anna.api("GET", place)
        assert answer.status_code == 200
        yield f"GET {place}", repr(dict(answer.headers)).encode() + answer.get_data()
    admin = bearer(newsroom.admin)
    yield "accounts", newsroom.client.get("/v1/admin/accounts", headers=admin).get_data()


def test_a_moderators_address_leaves_nowhere(
    make_app: Callable[..., Flask], mail_server: MailSink, capfd: pytest.CaptureFixture[str]
) -> None:
    """But for the header of the question that it gets itself."""
    here = "http://localhost"
    room = open_newsroom(make_app(smtp_url=mail_server.url, mail_from=SENDER, public_url=here))
    for name, answer in own_mail(room):
        assert_clean(name, answer)
    with room.app.app_context():
        Worker(room.app.extensions["belowline"], SENDING).run_due()
    *_, question = mail_server.to(CANARY)  # the server keeps what other tests sent
    assert_clean("the text to the address itself", question.text.encode())
    assert_clean("the database", database_bytes(room))
    written = capfd.readouterr()
    assert_clean("the log", (written.out + written.err).encode())


def told(newsroom: Newsroom) -> Iterator[tuple[str, bytes]]:
    """What a webhook that wants everything is told."""
    hooks, admin = "/v1/admin/webhooks", bearer(newsroom.admin)
    with receiving() as receiver:
        wanted = {"site": newsroom.site, "url": receiver.url, "events": [kind.value for kind in News]}
        hook = newsroom.client.post(hooks, json=wanted, headers=admin).get_json()["id"]
        newsroom.decide(newsroom.pending(email=CANARY), "approve")
        kinds = [kind for kind in KINDS if kind.name in ("announce", announcing.DELIVER)]
        with newsroom.app.app_context():
            services = newsroom.app.extensions["belowline"]
            announcing.tell(services, {})
            worker = Worker(services, kinds)
            worker.run_once()
        assert receiver.got
        for sent in receiver.got:
            yield "a webhook", repr(sent).encode()
    yield "its log", newsroom.client.get(f"{hooks}/{hook}/deliveries", headers=admin).get_data()


def database_bytes(newsroom: Newsroom) -> bytes:
    """The database's files, or a dump where a server has them."""
    settings = newsroom.app.extensions["belowline"].settings
    url = database_url(settings)
    if url.startswith("sqlite"):
        return b"".join(
            path.read_bytes() for path in sorted(Path(settings.instance_dir).glob("belowline.db*"))
        )
    dsn = url.replace("postgresql+psycopg", "postgresql")
    return subprocess.run(["pg_dump", "--dbname", dsn], check=True, capture_output=True).stdout


@pytest.fixture
def watched(
    capfd: pytest.CaptureFixture[str], make_app: Callable[..., Flask], redis_server: RedisServer
) -> Newsroom:
    """A newsroom of an application whose log goes where `capfd` reads: it was there first."""
    return open_newsroom(make_app(limits_on=True, redis_url=redis_server.url, metrics_on=True, **HERE))


def test_the_email_leaves_nowhere(
    watched: Newsroom, redis_server: RedisServer, capfd: pytest.CaptureFixture[str]
) -> None:
    with seen_by(redis_server) as seen:
        for name, answer in exercise(watched):
            assert_clean(name, answer)
    assert_clean("Redis", b"\n".join(seen))
    assert_clean("the database", database_bytes(watched))
    written = capfd.readouterr()
    assert_clean("the log", (written.out + written.err).encode())


def test_the_search_finds_what_it_looks_for() -> None:
    """The control: a leak in each of the forms is found."""
    for form in FORMS:
        with pytest.raises(AssertionError, match="holds the email"):
            assert_clean("a leak", b"before " + form + b" after")
    assert b"kanarya.canary+haber@mail.example.org" in FORMS


def test_only_the_audited_reveal_shows_it(newsroom: Newsroom) -> None:
    comment = newsroom.pending(email=CANARY)
    author = newsroom.moderation(f"comments/{comment}").get_json()["author"]["id"]
    path = f"/v1/moderation/authors/{author}/reveal-email"
    reason = {"reason": "A court order names this reader."}
    assert newsroom.client.post(path, json=reason, headers=bearer(newsroom.moderator)).status_code == 403
    answer = newsroom.client.post(path, json=reason, headers=bearer(newsroom.admin))
    assert answer.get_json()["email"].lower() == CANARY.lower()
    assert answer.headers["Cache-Control"] == "no-store"
    kinds = [event["kind"] for event in newsroom.moderation("events").get_json()["events"]]
    assert kinds.count("email_revealed") == 1


def test_two_readers_of_one_email_on_two_sites_share_nothing(
    newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    rooms = (newsroom, open_site())
    avatars = {room.read()["comments"][0]["avatar"] for room in rooms if room.approved(email=CANARY)}
    assert len(avatars) == 2


def test_a_waiting_comment_does_not_tell_whose_email_it_is(newsroom: Newsroom) -> None:
    newsroom.approved(email=CANARY)
    public = newsroom.read()["comments"][0]["avatar"]
    guessed = newsroom.submit(email=CANARY).get_json()["comment"]["avatar"]
    assert guessed != public


def test_mail_to_others_its_pages_and_its_rows_do_not_hold_it(
    capfd: pytest.CaptureFixture[str], mailroom: Mailroom
) -> None:
    """Mail to the address itself has it in its header, once; nothing else that comes of mail has it anywhere."""
    room, other = mailroom.newsroom, "somebody.else@mail.example.org"
    desk = Desk(mailroom)
    mine, _ = mailroom.confirmed(CANARY, notify=True)
    above, _ = mailroom.confirmed(other, notify=True)
    reply = room.pending(email=CANARY, parent=_approved(room, above))
    waiting = desk.mails()[-1]
    for path in ("mail/decide/", "mail/desk-stop/"):
        link = next(link for link in LINK.findall(waiting.text) if path in link)
        page = room.client.get(link.removeprefix(BASE))
        assert page.status_code == 200
        assert_clean("a page for the desk", page.get_data())
    assert_clean("the desk's mail", waiting.raw + waiting.text.encode())
    for comment in (mine, reply):
        room.decide(comment, "approve")
    mailroom.move(minutes=20)
    mailroom.work()
    told = mailroom.sink.to(other)
    assert len(told) == 2
    for mail in told:
        assert_clean("mail to somebody else", mail.raw + mail.text.encode())
    own = mailroom.sink.to(CANARY)
    assert len(own) == 2
    for mail in own:
        assert CANARY.lower() in str(mail.message["To"]).lower()
        assert_clean("the text to the address itself", mail.text.encode())
    for link in LINK.findall("\n".join(mail.text for mail in mailroom.sink.received)):
        assert_clean("a link", link.encode())
    asked = mailroom.press("/mail/mine", site=room.site, email=CANARY)
    assert_clean("the answer to asking", asked.get_data() + repr(dict(asked.headers)).encode())
    entrance = mailroom.mails(CANARY)[-1].link("mail/mine/")
    assert_clean("the entrance", room.client.get(entrance).get_data())
    opened = mailroom.press(entrance).get_data()
    assert_clean("one's own comments", opened)
    assert_clean("the database", database_bytes(room))
    written = capfd.readouterr()
    assert_clean("the log", (written.out + written.err).encode())


def _approved(room: Newsroom, comment: str) -> str:
    room.decide(comment, "approve")
    return comment
