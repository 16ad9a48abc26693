"""Workers that die between sending a message and saying so: it arrives at least once, always under one id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest
from flask import Flask

from service import clock
from service.domain.announcement import DeliveryState, HookFormat
from service.domain.ids import new_id
from service.notify.announcing import send
from service.privacy.secrets import Secrets
from service.storage import webhooks
from service.storage.database import reading, transaction
from service.storage.models import Delivery
from service.web.context import services
from tests.backing import child
from tests.backing.receiver import Said, Sent, receiving
from tests.backing.service import ROOT
from tests.backing.waiting import wait_until

KILLS = 200
# Each cold start would take a second: workers are forked off one process that has sent a message itself, by which all
# is loaded that is loaded when needed, and has given up its connections.
PROGRAM = """
import os, signal, sys
from ipaddress import ip_address
from pathlib import Path
from service.app import create_app
from service.jobs.registry import Kind
from service.jobs.worker import Worker
from service.notify.announcing import DELIVER
from service.notify.delivering import deliver
from service.settings import Settings
from service.storage.database import db
from service.web.context import services

def and_rest(services, payload):
    deliver(services, payload)
    first.stopping.set()

here = (ip_address("127.0.0.1"),)
app = create_app(Settings(instance_dir=Path(sys.argv[1]), database_url=sys.argv[2], outbound_allow=here))
with app.app_context():
    first = Worker(services(), [Kind(DELIVER, and_rest)])
    first.run_due()
    db.engine.dispose()
    worker = Worker(services(), [Kind(DELIVER, deliver, attempts=1000, lease_seconds=0)])
    killed = True
    while killed:
        child = os.fork()
        if not child:
            Path(sys.argv[3]).write_text(str(os.getpid()))
            worker.run()
            os._exit(0)
        killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
"""


def _message(url: str) -> str:
    hook_id = new_id()
    kept = {"url": url, "secret": "whsec_" + "A" * 44}
    with transaction() as session:
        new = webhooks.NewHook(
            site="demo",
            id=hook_id,
            label="",
            host="127.0.0.1",
            format=HookFormat.STANDARD,
            events=[],
            ciphertext=Secrets(services().keyring).close(kept, f"demo/webhooks/{hook_id}"),
            created_at=clock.now(),
        )
        return send(session, webhooks.add(session, new), "webhook.test", {"type": "webhook.test"})


@pytest.mark.faults
def test_it_arrives_under_one_id_however_many_workers_die(
    app: Flask, tmp_path: Path, database_url: str
) -> None:
    sender = tmp_path / "sender.pid"

    def kill_the_sender(_sent: Sent) -> Said:
        if 1 < len(receiver.got) <= 1 + KILLS:
            os.kill(int(sender.read_text()), signal.SIGKILL)
        return Said()

    with receiving() as receiver:
        receiver.answer = kill_the_sender
        first, message = _message(receiver.url), _message(receiver.url)

        def state() -> DeliveryState:
            with reading() as session:
                found = session.get(Delivery, ("demo", message))
                assert found is not None
                return found.state

        workers = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path), database_url, str(sender)],
            cwd=ROOT,
            preexec_fn=child.end_with_the_tests,
        )
        wait_until(lambda: state() is DeliveryState.DELIVERED, "it was sent", 120)
        os.kill(int(sender.read_text()), signal.SIGTERM)
        assert workers.wait() == 0
    assert state() is DeliveryState.DELIVERED
    assert len(receiver.got) == 1 + KILLS + 1
    assert receiver.got[0].headers["webhook-id"] == f"msg_{first}"
    assert {sent.headers["webhook-id"] for sent in receiver.got[1:]} == {f"msg_{message}"}
    assert ip_address("127.0.0.1") not in services().outbound.allowed, "only the workers were allowed to"
