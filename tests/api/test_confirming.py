"""Confirming an address: one mail a day, a page that shows, a button that acts, once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from service.domain.status import Status
from service.domain.verdict import Signal, Verdict
from service.storage.database import reading, transaction
from service.storage.models import Author, Comment, Event, Job, Mail, MailLink
from tests.api.mailed import SENDER, Mailroom
from tests.api.newsroom import change_site
from tests.backing.mail import LINK

EMAIL = "Deniz@mail.example.org"


def _comment(mailroom: Mailroom, comment: str) -> Comment:
    with mailroom.newsroom.app.app_context(), reading() as session:
        return session.scalars(select(Comment).where(Comment.id == comment)).one()


def _author(mailroom: Mailroom, comment: str) -> Author:
    with mailroom.newsroom.app.app_context(), reading() as session:
        query = select(Author).join(Comment, Comment.author_id == Author.id).where(Comment.id == comment)
        return session.scalars(query).one()


def test_the_mail_asks_and_holds_nothing_that_a_reader_wrote(mailroom: Mailroom) -> None:
    mailroom.newsroom.pending(
        email=EMAIL, name="Ad https://evil.example", body="buy at evil.example", title="Evil title"
    )
    (mail,) = mailroom.mails(EMAIL)
    assert (mail.sender, mail.message["To"], mail.message["From"]) == (SENDER, EMAIL, SENDER)
    assert "evil" not in mail.raw.decode().lower() + mail.text.lower()
    assert all(link.startswith("https://comments.news.example/mail/") for link in LINK.findall(mail.text))
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert not mail.message.is_multipart()


def test_opening_the_link_changes_nothing_and_pressing_confirms(mailroom: Mailroom) -> None:
    comment = mailroom.newsroom.pending(email=EMAIL, body="What I **think**.")
    (mail,) = mailroom.mails(EMAIL)
    link = mail.link("mail/confirm/")
    for _ in range(3):  # mail scanners, previews, and then the reader
        for method in ("GET", "HEAD"):
            page = mailroom.newsroom.client.open(link, method=method)
            assert page.status_code == 200
    shown = mailroom.newsroom.client.get(link)
    assert "<strong>think</strong>" in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert "script-src" not in shown.headers["Content-Security-Policy"]
    assert _comment(mailroom, comment).confirmed_at is None
    assert mailroom.press(link, answer="yes").status_code == 200
    assert _comment(mailroom, comment).confirmed_at is not None
    assert _author(mailroom, comment).confirmed_at is not None
    kinds = [e["kind"] for e in mailroom.newsroom.moderation("events", comment=comment).get_json()["events"]]
    assert kinds[0] == "author_confirmed"


def test_a_link_works_once_and_not_for_ever(mailroom: Mailroom) -> None:
    mailroom.newsroom.pending(email=EMAIL)
    mailroom.newsroom.pending(email="other@mail.example.org")
    (first,), (second,) = mailroom.mails(EMAIL), mailroom.mails("other@mail.example.org")
    link = first.link("mail/confirm/")
    assert mailroom.press(link, answer="yes").status_code == 200
    assert mailroom.press(link, answer="no").status_code == 410
    assert mailroom.newsroom.client.get(link).status_code == 410
    late = second.link("mail/confirm/")
    mailroom.move(days=7, seconds=-60)
    assert mailroom.newsroom.client.get(late).status_code == 200
    mailroom.move(seconds=61)
    assert mailroom.newsroom.client.get(late).status_code == 410
    assert mailroom.press(late, answer="yes").status_code == 410


def test_a_link_is_good_for_its_purpose_alone(mailroom: Mailroom) -> None:
    comment = mailroom.newsroom.pending(email=EMAIL)
    (mail,) = mailroom.mails(EMAIL)
    token = mail.link("mail/confirm/").rpartition("/")[2]
    for other in ("mine", "stop", "decide", "desk", "desk-stop"):
        assert mailroom.press(f"/mail/{other}/{token}").status_code in (410, 422)
        assert mailroom.newsroom.client.get(f"/mail/{other}/{token}").status_code == 410
    for broken in (token[:-1], token + "x", token.upper(), "x", token.partition(".")[0]):
        assert mailroom.newsroom.client.get(f"/mail/confirm/{broken}").status_code == 410
        assert mailroom.press(f"/mail/confirm/{broken}", answer="yes").status_code == 410
    assert _comment(mailroom, comment).confirmed_at is None


def test_an_address_gets_one_such_mail_a_day_however_much_is_posted(mailroom: Mailroom) -> None:
    for _ in range(5):
        mailroom.newsroom.pending(email=EMAIL)
    assert len(mailroom.mails(EMAIL)) == 1
    mailroom.move(hours=23, minutes=59)
    mailroom.newsroom.pending(email=EMAIL)
    assert len(mailroom.mails(EMAIL)) == 1
    mailroom.move(minutes=2)
    mailroom.newsroom.pending(email=EMAIL.lower())
    assert len(mailroom.mails(EMAIL)) == 2


def test_whoever_posts_for_many_strangers_is_limited(mailroom: Mailroom, make_app: object) -> None:
    app = make_app(  # type: ignore[operator]
        limits_on=True, smtp_url=mailroom.sink.url, mail_from=SENDER, public_url="https://c.example"
    )
    mailroom.newsroom.app = app
    emails = [f"stranger{number}@mail.example.org" for number in range(8)]
    limiter = app.extensions["belowline"].limiter
    hit = limiter.hit

    def only_mail(action: str, keys: object) -> object:
        from service.ratelimit.limiter import Outcome

        return hit(action, keys) if action == "confirmation_mail" else Outcome()

    mailroom.monkeypatch.setattr(limiter, "hit", only_mail)
    for email in emails:
        mailroom.newsroom.pending(email=email, address="198.51.100.7")
    mailroom.work()
    assert sum(len(mailroom.sink.to(email)) for email in emails) == 5


def test_saying_no_stops_all_mail_and_leaves_the_comment(mailroom: Mailroom) -> None:
    comment = mailroom.newsroom.pending(email=EMAIL)
    (mail,) = mailroom.mails(EMAIL)
    assert mailroom.press(mail.link("mail/confirm/"), answer="no").status_code == 200
    assert _comment(mailroom, comment).confirmed_at is None
    assert _author(mailroom, comment).confirmed_at is None
    mailroom.move(days=3)
    mailroom.newsroom.pending(email=EMAIL)
    assert len(mailroom.mails(EMAIL)) == 1
    kinds = [e["kind"] for e in mailroom.newsroom.moderation("events", comment=comment).get_json()["events"]]
    assert kinds[0] == "author_disowned"


def test_one_click_stops_mail_without_a_page(mailroom: Mailroom) -> None:
    comment = mailroom.newsroom.pending(email=EMAIL)
    (mail,) = mailroom.mails(EMAIL)
    path = "/" + mail.message["List-Unsubscribe"].strip("<>").split("/", 3)[3]
    assert mailroom.newsroom.client.get(path).status_code == 200
    assert _author(mailroom, comment).mail_stopped_at is None
    for _ in range(2):
        answer = mailroom.newsroom.client.post(
            path, data={"List-Unsubscribe": "One-Click"}, content_type="multipart/form-data"
        )
        assert answer.status_code == 200
    assert _author(mailroom, comment).mail_stopped_at is not None


@pytest.mark.parametrize(
    ("score", "check", "mails"), [(0.49, "links", 1), (0.5, "links", 0), (0.0, "flood", 0), (0.0, "ban", 0)]
)
def test_what_looks_like_spam_or_comes_in_a_flood_asks_nobody(
    mailroom: Mailroom, score: float, check: str, mails: int
) -> None:
    from service.comments import submit

    verdict = Verdict(Status.PENDING, score, (Signal(check, 1, score, "Because."),))
    mailroom.monkeypatch.setattr(submit, "judge", lambda *_: verdict)
    mailroom.newsroom.pending(email=EMAIL)
    assert len(mailroom.mails(EMAIL)) == mails


def test_a_site_that_sends_no_mail_sends_none(mailroom: Mailroom) -> None:
    change_site(mailroom.newsroom, mail=False)
    mailroom.newsroom.pending(email=EMAIL)
    assert mailroom.mails(EMAIL) == []


def test_without_a_mail_server_everything_else_works(mailroom: Mailroom, newsroom: object) -> None:
    from tests.api.newsroom import Newsroom

    assert isinstance(newsroom, Newsroom)
    comment = newsroom.approved(email=EMAIL, notify=True)
    assert newsroom.approved(parent=comment)
    with newsroom.app.app_context(), reading() as session:
        query = select(func.count()).select_from(Mail).where(Mail.site == newsroom.site)
        assert session.scalar(query) == 0


def test_jobs_and_mail_rows_hold_ids_alone(mailroom: Mailroom) -> None:
    mailroom.newsroom.pending(email=EMAIL)
    with mailroom.newsroom.app.app_context(), reading() as session:
        (mail,) = session.scalars(select(Mail).where(Mail.site == mailroom.newsroom.site)).all()
        payloads = session.scalars(select(Job.payload).where(Job.kind == "send-mail")).all()
    assert {"site": mail.site, "mail": mail.id} in list(payloads)
    assert mail.detail == {}


def test_a_comment_that_was_erased_before_its_mail_left_sends_none(mailroom: Mailroom) -> None:
    from tests.api.newsroom import bearer

    mailroom.newsroom.pending(email=EMAIL)
    answer = mailroom.newsroom.client.post(
        "/v1/admin/privacy/erase",
        json={"site": mailroom.newsroom.site, "email": EMAIL, "reason": "asked"},
        headers=bearer(mailroom.newsroom.admin),
    )
    assert answer.status_code == 200
    assert mailroom.mails(EMAIL) == []
    with mailroom.newsroom.app.app_context(), reading() as session:
        for table in (Mail, MailLink):
            rows = session.scalars(select(table).where(table.site == mailroom.newsroom.site)).all()
            assert rows == []


def test_a_refused_mail_is_not_tried_again_and_a_postponed_one_is(mailroom: Mailroom) -> None:
    mailroom.sink.refusal = "550 no such mailbox"
    mailroom.newsroom.pending(email=EMAIL)
    mailroom.work()
    mailroom.sink.refusal = "451 later"
    mailroom.newsroom.pending(email="later@mail.example.org")
    mailroom.work()
    mailroom.sink.refusal = ""
    mailroom.move(seconds=10)
    assert mailroom.mails(EMAIL) == []
    assert len(mailroom.sink.to("later@mail.example.org")) == 1
    with mailroom.newsroom.app.app_context(), reading() as session:
        failures = session.scalars(
            select(Mail.failure).where(Mail.site == mailroom.newsroom.site).order_by(Mail.id)
        ).all()
    assert list(failures) == ["not wanted", ""]


def test_a_mail_that_is_sent_twice_carries_one_id_and_the_same_link(mailroom: Mailroom) -> None:
    """As when a worker dies between the server's yes and ours."""
    mailroom.newsroom.pending(email=EMAIL)
    mailroom.work()
    with mailroom.newsroom.app.app_context():
        from service.notify import sending
        from service.web.context import services

        with transaction() as session:
            mail = session.scalars(select(Mail).where(Mail.site == mailroom.newsroom.site)).one()
            mail.sent_at = None
        sending.run(services(), {"site": mail.site, "mail": mail.id})
        sending.run(services(), {"site": mail.site, "mail": mail.id})
    first, second = mailroom.sink.to(EMAIL)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.link("mail/confirm/") == second.link("mail/confirm/")


def test_the_known_address_of_a_confirmed_author_gives_no_rights(mailroom: Mailroom) -> None:
    """Neither the token of one's own comment nor the email makes somebody the author of another's."""
    victim, _ = mailroom.confirmed(EMAIL)
    guess = mailroom.newsroom.submit(email=EMAIL).get_json()
    thief = {"Authorization": f"Author {guess['author_token']}"}
    client = mailroom.newsroom.client
    assert client.patch(f"/v1/comments/{victim}", json={"body": "x"}, headers=thief).status_code == 401
    assert client.delete(f"/v1/comments/{victim}", headers=thief).status_code == 401
    assert _comment(mailroom, guess["comment"]["id"]).confirmed_at is None
    again = mailroom.newsroom.submit(email=EMAIL, headers=thief).get_json()
    assert _comment(mailroom, again["comment"]["id"]).confirmed_at is None


def test_old_mail_and_links_are_dropped(mailroom: Mailroom) -> None:
    from service.jobs import retention
    from service.web.context import services

    mailroom.newsroom.pending(email=EMAIL)
    mailroom.work()

    def rows() -> tuple[int, int]:
        with mailroom.newsroom.app.app_context():
            retention.drop_mail(services(), {})
            with reading() as session:
                counts = [
                    session.scalar(
                        select(func.count()).select_from(table).where(table.site == mailroom.newsroom.site)
                    )
                    for table in (Mail, MailLink)
                ]
        return counts[0] or 0, counts[1] or 0

    assert rows() == (1, 2)
    mailroom.move(days=8)
    assert rows() == (1, 1)
    mailroom.move(days=23)
    assert rows() == (0, 1)
    mailroom.move(days=60)
    assert rows() == (0, 0)


def test_two_who_press_at_once_act_once(mailroom: Mailroom) -> None:
    import threading

    mailroom.newsroom.pending(email=EMAIL)
    (mail,) = mailroom.mails(EMAIL)
    link, statuses = mail.link("mail/confirm/"), []
    together = threading.Barrier(6)

    def press() -> None:
        together.wait()
        statuses.append(mailroom.press(link, answer="yes").status_code)

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, *[410] * 5]
    with mailroom.newsroom.app.app_context(), reading() as session:
        query = select(func.count()).select_from(Event)
        confirmed = query.where(Event.site == mailroom.newsroom.site, Event.kind == "author_confirmed")
        assert session.scalar(confirmed) == 1
