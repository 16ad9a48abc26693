"""The audit log's chain: whatever somebody with the database alone does to it is found."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from service import clock
from service.domain.ids import new_id
from service.moderation import audit
from service.privacy import keyring
from service.privacy.seal import AuditSeal
from service.storage.database import reading, transaction
from service.storage.models import Event, Seal, SealHead, UnsealedEvent
from service.web.context import services
from tests.api.newsroom import Newsroom, bearer


def seal(newsroom: Newsroom) -> None:
    with newsroom.app.app_context():
        audit.run(services(), {})


def verified(newsroom: Newsroom, known: tuple[int, str] | None = None) -> audit.Verified:
    with newsroom.app.app_context():
        return audit.verify(services().audit_seal, newsroom.site, known)


def asked(newsroom: Newsroom, **query: Any) -> dict[str, Any]:
    answer = newsroom.moderation("events/verification", **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    parsed: dict[str, Any] = answer.get_json()
    return parsed


def run(newsroom: Newsroom, *statements: Any) -> None:
    with newsroom.app.app_context(), transaction() as session:
        for statement in statements:
            session.execute(statement)


def ids(newsroom: Newsroom) -> list[str]:
    with newsroom.app.app_context(), reading() as session:
        return list(session.scalars(select(Event.id).where(Event.site == newsroom.site).order_by(Event.id)))


def of(newsroom: Newsroom, event: str) -> Any:
    return (Event.site == newsroom.site) & (Event.id == event)


@pytest.fixture
def log(newsroom: Newsroom) -> Newsroom:
    """A newsroom whose log has three seals over nine events, and one event that is not sealed yet."""
    for _ in range(3):
        comment = newsroom.pending()
        newsroom.decide(comment, "approve", note="Fine by me, Ayşe.")
        newsroom.decide(comment, "spam", version=2, reason="advert")
        seal(newsroom)
    newsroom.pending()
    return newsroom


def test_a_log_that_nobody_touched_is_intact(log: Newsroom) -> None:
    shown = asked(log)
    assert (shown["intact"], shown["wrong"], shown["findings"]) == (True, 0, [])
    assert (shown["events"], shown["unsealed"], shown["seals"]) == (10, 1, 3)
    assert shown["head"].startswith("3:")
    assert asked(log, known=shown["head"])["intact"]
    seal(log)
    later = asked(log, known=shown["head"])
    assert (later["intact"], later["unsealed"], later["seals"]) == (True, 0, 4)


def test_an_empty_log_is_intact(newsroom: Newsroom) -> None:
    shown = asked(newsroom)
    assert (shown["intact"], shown["events"], shown["head"]) == (True, 0, None)


CHANGES: dict[str, dict[str, Any]] = {
    "who": {"actor": "token:blw_other"},
    "what": {"kind": "undone"},
    "to what": {"comment_id": "0" * 32},
    "by which decision": {"decision_id": "0" * 32},
    "why": {"reason": "off_topic"},
    "the note": {"note": "Something else."},
    "no note": {"note": ""},
    "the detail": {"detail": {"score": 0.5}},
    "the version": {"version": 9},
    "when": {"created_at": clock.now()},
    "the keyed hash": {"mac": "0" * 64},
    "no keyed hash": {"mac": ""},
}


@pytest.mark.parametrize("change", sorted(CHANGES))
@pytest.mark.parametrize("place", [1, 9], ids=["sealed", "not sealed"])
def test_a_change_of_anything_in_an_event_is_found(log: Newsroom, change: str, place: int) -> None:
    event = ids(log)[place]
    if change == "no note" and place == 9:
        pytest.skip("it has none")
    run(log, update(Event).where(of(log, event)).values(CHANGES[change]))
    shown = asked(log)
    assert not shown["intact"]
    assert event in [found["event"] for found in shown["findings"] if found["finding"] == "changed"]


@pytest.mark.parametrize("place", [0, 4, 8, 9], ids=["first", "middle", "last", "not sealed"])
def test_a_deleted_event_is_found(log: Newsroom, place: int) -> None:
    event = ids(log)[place]
    run(log, delete(Event).where(of(log, event)))
    findings = asked(log)["findings"]
    assert {"finding": "missing", "event": event} in [
        {name: found[name] for name in ("finding", "event")} for found in findings
    ]


def test_an_event_put_in_is_found_with_and_without_a_place_in_the_queue(log: Newsroom) -> None:
    with log.app.app_context(), reading() as session:
        copied = session.scalars(select(Event).where(of(log, ids(log)[1]))).one()
        row = {column.name: getattr(copied, column.name) for column in Event.__table__.columns}
    first, second = new_id(), new_id()
    run(log, insert(Event).values(row | {"id": first}))
    assert [found["finding"] for found in asked(log)["findings"]] == ["inserted"]
    run(
        log,
        insert(Event).values(row | {"id": second}),
        insert(UnsealedEvent).values(site=log.site, event_id=second),
    )
    found = {one["event"]: one["finding"] for one in asked(log)["findings"]}
    assert found == {first: "inserted", second: "changed"}
    seal(log)  # also a seal over it does not make it one of ours
    found = {one["event"]: one["finding"] for one in asked(log)["findings"]}
    assert found == {first: "inserted", second: "changed"}


def test_a_stranger_does_not_hide_behind_an_event_that_is_queued_again(log: Newsroom) -> None:
    known = ids(log)
    with log.app.app_context(), reading() as session:
        copied = session.scalars(select(Event).where(of(log, known[1]))).one()
        row = {column.name: getattr(copied, column.name) for column in Event.__table__.columns}
    stranger = new_id()
    run(
        log,
        insert(Event).values(row | {"id": stranger}),
        insert(UnsealedEvent).values(site=log.site, event_id=known[1]),
    )
    assert stranger in [found["event"] for found in asked(log)["findings"]]


def test_events_that_changed_places_are_found(log: Newsroom) -> None:
    first, second = ids(log)[1:3]
    run(
        log,
        update(Event).where(of(log, first)).values(id="f" * 32),
        update(Event).where(of(log, second)).values(id=first),
        update(Event).where(of(log, "f" * 32)).values(id=second),
    )
    assert {found["event"] for found in asked(log)["findings"]} >= {first, second}


def test_seals_that_changed_places_are_found(log: Newsroom) -> None:
    where = Seal.site == log.site
    run(
        log,
        update(Seal).where(where, Seal.number == 1).values(number=99),
        update(Seal).where(where, Seal.number == 2).values(number=1),
        update(Seal).where(where, Seal.number == 99).values(number=2),
    )
    assert "broken" in {found["finding"] for found in asked(log)["findings"]}


def test_the_order_of_events_in_a_seal_is_sealed(log: Newsroom) -> None:
    with log.app.app_context(), transaction() as session:
        found = session.get(Seal, (log.site, 2))
        assert found is not None
        found.events = found.events[16:] + found.events[:16]
    assert [one["finding"] for one in asked(log)["findings"]] == ["broken"]


def _cut(log: Newsroom, number: int) -> list[Any]:
    """Takes the last seals with their events, and what waits, away."""
    with log.app.app_context(), reading() as session:
        packed = session.scalars(select(Seal.events).where(Seal.site == log.site, Seal.number > number)).all()
    gone = [text[at : at + 32] for text in (one.hex() for one in packed) for at in range(0, len(text), 32)]
    return [
        delete(Event).where(Event.site == log.site, Event.id.in_([*gone, ids(log)[-1]])),
        delete(UnsealedEvent).where(UnsealedEvent.site == log.site),
        delete(Seal).where(Seal.site == log.site, Seal.number > number),
    ]


def test_an_end_that_was_cut_off_is_found(log: Newsroom) -> None:
    run(log, *_cut(log, 2))
    assert [found["finding"] for found in asked(log)["findings"]] == ["cut_off"]


def test_a_head_that_was_turned_back_is_found(log: Newsroom) -> None:
    with log.app.app_context(), reading() as session:
        second = session.get(Seal, (log.site, 2))
        assert second is not None
    back = {"number": 2, "total": second.total, "digest": second.digest}
    run(log, *_cut(log, 2), update(SealHead).where(SealHead.site == log.site).values(back))
    assert [found["finding"] for found in asked(log)["findings"]] == ["cut_off"]


def test_a_whole_old_state_put_back_is_found_by_a_head_noted_elsewhere(log: Newsroom) -> None:
    with log.app.app_context(), reading() as session:
        old = session.get(SealHead, log.site)
        assert old is not None
        kept = {name: getattr(old, name) for name in ("number", "total", "digest", "mac")}
    seal(log)
    noted = asked(log)["head"]
    run(log, *_cut(log, 3), update(SealHead).where(SealHead.site == log.site).values(kept))
    assert asked(log)["intact"]
    assert [found["finding"] for found in asked(log, known=noted)["findings"]] == ["cut_off"]


def test_a_missing_seal_is_found(log: Newsroom) -> None:
    run(log, delete(Seal).where(Seal.site == log.site, Seal.number == 2))
    assert {"broken", "inserted"} <= {found["finding"] for found in asked(log)["findings"]}


def test_what_was_logged_before_there_were_seals_is_taken_in_as_it_is(newsroom: Newsroom) -> None:
    newsroom.pending()
    run(newsroom, update(Event).where(Event.site == newsroom.site).values(mac=""))
    assert asked(newsroom)["intact"]
    seal(newsroom)
    assert asked(newsroom)["intact"]
    newsroom.pending()
    run(newsroom, update(Event).where(of(newsroom, ids(newsroom)[-1])).values(mac=""))
    assert not asked(newsroom)["intact"]


def test_erasing_an_author_empties_notes_and_leaves_the_chain_whole(newsroom: Newsroom) -> None:
    comment = newsroom.pending(email="ayse@mail.example.org")
    other = newsroom.pending()
    for one in (comment, other):
        newsroom.decide(one, "reject", note="Ayşe Yılmaz of Main Street again.")
    seal(newsroom)
    asked_for = {"site": newsroom.site, "email": "ayse@mail.example.org", "reason": "She asks."}
    answer = newsroom.client.post("/v1/admin/privacy/erase", json=asked_for, headers=bearer(newsroom.admin))
    assert answer.status_code == 200
    seal(newsroom)
    shown = asked(newsroom)
    assert (shown["intact"], shown["unsealed"]) == (True, 0)
    listed = newsroom.moderation("events").get_json()["events"]
    notes = {event["comment"]: event["note"] for event in listed if event["kind"] == "decided"}
    assert notes == {comment: "", other: "Ayşe Yılmaz of Main Street again."}
    assert [event["note"] for event in listed if event["kind"] == "author_erased"] == ["She asks."]
    redaction = next(event for event in listed if event["kind"] == "notes_redacted")
    run(newsroom, update(Event).where(of(newsroom, redaction["id"])).values(detail={"notes": {}}))
    assert not asked(newsroom)["intact"]


def test_many_who_write_and_seal_at_once_leave_one_whole_chain(newsroom: Newsroom) -> None:
    failed: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(6):
                newsroom.pending()
        except BaseException as error:
            failed.append(error)

    def close() -> None:
        try:
            for _ in range(8):
                seal(newsroom)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=target) for target in (write, write, write, close, close)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    seal(newsroom)
    shown = asked(newsroom)
    assert (shown["intact"], shown["events"], shown["unsealed"]) == (True, 18, 0)


def test_a_long_queue_is_sealed_in_parts(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "EVENTS_AT_ONCE", 2)
    for _ in range(5):
        newsroom.pending()
    seal(newsroom)
    shown = asked(newsroom)
    assert (shown["intact"], shown["seals"], shown["events"], shown["unsealed"]) == (True, 3, 5, 0)


def test_a_key_added_by_another_process_is_read_again(log: Newsroom) -> None:
    with log.app.app_context():
        path = services().settings.keys_file
        before = keyring.load(path)
        reader = AuditSeal(before, path)
        keyring.rotate(path)
        newest = AuditSeal(keyring.load(path), path)
        mac = newest.sign("event", b"x")
        assert reader.fits("event", b"x", mac)
        assert not reader.fits("seal", b"x", mac)
        assert not AuditSeal(before, path).fits("event", b"y", mac)
        stranger = replace(before, signing=(b"another key",))
        assert not AuditSeal(stranger, path).fits("event", b"x", "0" * 64)
    assert verified(log).wrong == 0


def test_a_known_seal_must_look_like_one(newsroom: Newsroom) -> None:
    assert newsroom.moderation("events/verification", known="7").status_code == 422
