"""A worker that is killed between the mail server's yes and its own: the mail comes again, under the same id."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from service import clock
from service.domain.email import parse_email
from service.domain.ids import new_id
from service.domain.mail import MailKind
from service.privacy.keyring import Purpose
from service.privacy.vault import Vault
from service.settings import Policy
from service.storage import authors, jobs, mails, sites
from service.storage.database import reading, transaction
from service.storage.models import Job
from service.web.context import services
from tests.backing import child
from tests.backing.mail import MailSink, mail_sink
from tests.backing.service import ROOT
from tests.backing.waiting import wait_until

KILLS = 200
# Workers that die by their own hand, as from kill -9, once the server has taken a mail, as many as are asked for; one
# that lives, if none is. Each cold start would take a second: they are forked off one process that has sent a mail
# itself, by which all is loaded that is loaded when needed, and has given up its connections.
PROGRAM = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from service.app import create_app
from service.jobs.registry import Kind
from service.jobs.worker import Worker
from service.notify import sending, smtp
from service.settings import Settings
from service.storage.database import db
from service.web.context import services

deliver, deaths = smtp.deliver, int(sys.argv[4])

def and_die(settings, posted):
    deliver(settings, posted)
    os.kill(os.getpid(), signal.SIGKILL)

def and_rest(settings, posted):
    deliver(settings, posted)
    worker.stopping.set()

app = create_app(Settings(
    instance_dir=Path(sys.argv[1]), database_url=sys.argv[2], smtp_url=sys.argv[3], mail_from="c@news.example"
))
with app.app_context():
    worker = Worker(services(), [Kind("send-mail", sending.run, lease_seconds=1)])
    if deaths:
        smtp.deliver = and_rest
        worker.run_due()
        worker.stopping.clear()
        db.engine.dispose()
        smtp.deliver = and_die
    for _ in range(deaths):
        child = os.fork()
        if not child:
            worker.run_due()
            os._exit(1)  # there was nothing to die of
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    if not deaths:
        worker.run_due()
"""


def _order(number: int) -> str:
    email = parse_email(f"reader{number}@mail.example.org")
    author_id, now = new_id(), clock.now()
    index = services().fingerprints.of(Purpose.EMAIL, "paper", email.index_form)
    closed = Vault(services().keyring).close(email.normalized, "paper", author_id)
    with transaction() as session:
        authors.obtain(session, authors.NewAuthor(author_id, "paper", index, closed, "Ayşe"), now)
        return mails.order(session, mails.Order(MailKind.MINE, "paper", author_id), now)


def _worker(folder: Path, url: str, sink: MailSink, deaths: int) -> int:
    command = [sys.executable, "-c", PROGRAM, str(folder), url, sink.url, str(deaths)]
    return subprocess.run(
        command, cwd=ROOT, preexec_fn=child.end_with_the_tests, capture_output=True
    ).returncode


def _due() -> bool:
    with reading() as session:
        return jobs.is_due(session, clock.now())


def test_every_mail_arrives_and_those_that_come_twice_carry_one_id(
    app: Flask, tmp_path: Path, database_url: str
) -> None:
    profile = sites.SiteProfile("paper", "Paper", "en", Policy.HOLD_ALL, (), 900, frozenset({"self"}))
    with transaction() as session:
        sites.add(session, profile, clock.now())
    ordered = {_order(number) for number in range(1 + KILLS)}
    with mail_sink() as sink:
        assert _worker(tmp_path, database_url, sink, KILLS) == 0
        _finish(tmp_path, database_url, sink)
        ids = defaultdict(set)
        for mail in sink.received:
            ids[mail.recipient].add(str(mail.message["Message-ID"]))
    assert len(ids) == 1 + KILLS
    assert all(len(found) == 1 for found in ids.values())
    assert {next(iter(found)).partition("@")[0].strip("<") for found in ids.values()} == ordered
    assert len(sink.received) > 1 + KILLS


def _left() -> bool:
    with reading() as session:
        return session.scalar(select(Job.id).limit(1)) is not None


def _finish(folder: Path, url: str, sink: MailSink) -> None:
    def work() -> bool:
        if _due():
            assert _worker(folder, url, sink, 0) == 0
        return not _left()

    wait_until(work, "every job is done", 60)
