"""The routes of the audit log: listed, taken away as a file, and checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request, stream_with_context

from service import clock
from service.clock import rfc3339
from service.domain.errors import FieldProblem, InvalidInput
from service.domain.role import Permission
from service.domain.sheet import BOM, line
from service.moderation import answers, event_schemas
from service.moderation.audit import verify
from service.moderation.event_schemas import EventsChosen, EventsWanted
from service.moderation.reach import reach
from service.moderation.views import event_view
from service.storage import events
from service.storage.database import reading
from service.storage.events import EventFilter
from service.web import cursor
from service.web.attachment import attached
from service.web.context import services
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("moderation-events", __name__)
TAG: Final = "Moderation"
LIST: Final = "events"
PROBLEMS: Final = (400, 401, 403, 404, 422, 503)
CSV: Final = "text/csv"
LINES: Final = "application/jsonl"
AT_ONCE: Final = 1_000
COLUMNS: Final = (
    "created_at",
    "site",
    "kind",
    "actor",
    "comment",
    "decision",
    "before",
    "after",
    "version",
    "reason",
    "note",
    "detail",
    "id",
)


@bp.get("/v1/moderation/events")
@requires(Permission.READ_EVENTS)
@operation(
    Operation(
        "The audit log, newest first",
        TAG,
        {200: answers.EventsAnswer},
        query=event_schemas.EventsQuery,
        problems=PROBLEMS,
    )
)
def list_events() -> Response:
    asked: EventsWanted = load(event_schemas.EventsQuery(), request.args)
    after = cursor.decode(LIST, asked.cursor, 1)[0] if asked.cursor else ""
    wanted = replace(_filter(asked.chosen), after_id=after, limit=asked.limit)
    with reading() as session:
        found = events.listing(session, wanted)
    shown = found[: asked.limit]
    following = cursor.encode(LIST, shown[-1].id) if len(found) > asked.limit else None
    return jsonify(events=[event_view(event) for event in shown], next=following)


@bp.get("/v1/moderation/events.csv")
@requires(Permission.READ_EVENTS)
@operation(
    Operation(
        "The audit log as a table for spreadsheets, newest first",
        TAG,
        {200: None},
        query=event_schemas.EventsFilter,
        problems=PROBLEMS,
        media_type=CSV,
    )
)
def export_csv() -> Response:
    return _export(CSV, "csv", _csv_line, BOM + line(COLUMNS))


@bp.get("/v1/moderation/events.jsonl")
@requires(Permission.READ_EVENTS)
@operation(
    Operation(
        "The audit log as lines of JSON, newest first",
        TAG,
        {200: None},
        query=event_schemas.EventsFilter,
        problems=PROBLEMS,
        media_type=LINES,
    )
)
def export_lines() -> Response:
    return _export(LINES, "jsonl", _json_line)


@bp.get("/v1/moderation/events/verification")
@requires(Permission.READ_EVENTS)
@operation(
    Operation(
        "Checks the whole audit log of a site: nothing changed, taken away, moved or added",
        TAG,
        {200: event_schemas.VerificationAnswer},
        query=event_schemas.VerificationQuery,
        problems=PROBLEMS,
    )
)
def verification() -> Response:
    asked = load(event_schemas.VerificationQuery(), request.args)
    within = reach((asked["site"],) if asked["site"] else ())
    if len(within) != 1:
        raise InvalidInput([FieldProblem("site", "required", "Name one site: each has a log of its own.")])
    found = verify(services().audit_seal, within[0], asked["known"])
    response = jsonify(
        site=within[0],
        intact=found.wrong == 0,
        events=found.sealed + found.unsealed,
        unsealed=found.unsealed,
        seals=found.seals,
        head=found.head or None,
        sealed_at=rfc3339(found.sealed_at) if found.sealed_at else None,
        wrong=found.wrong,
        findings=[
            {"finding": str(one.finding), "event": one.event, "seal": one.seal} for one in found.findings
        ],
        checked_at=rfc3339(clock.now()),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _filter(chosen: EventsChosen) -> EventFilter:
    return EventFilter(
        sites=reach((chosen.site,) if chosen.site else ()),
        kind=chosen.kind,
        actor=chosen.actor,
        comment=chosen.comment,
        decision=chosen.decision,
        author=chosen.author,
        since=chosen.since,
        until=chosen.until,
    )


def _export(media_type: str, ending: str, write: Callable[[dict[str, Any]], str], head: str = "") -> Response:
    """A file of every event that was asked for, made while it is sent: a long log takes no memory."""
    wanted = _filter(load(event_schemas.EventsFilter(), request.args))
    lines = (write(event) for event in _all(wanted))
    response = Response(stream_with_context(_head_first(head, lines)), mimetype=media_type)
    return attached(response, f"audit-log-{clock.now():%Y-%m-%d}.{ending}")


def _head_first(head: str, lines: Iterator[str]) -> Iterator[str]:
    if head:
        yield head
    yield from lines


def _all(wanted: EventFilter) -> Iterator[dict[str, Any]]:
    wanted = replace(wanted, limit=AT_ONCE)
    while True:
        with reading() as session:
            found = [event_view(event) for event in events.listing(session, wanted)]
        yield from found[:AT_ONCE]
        if len(found) <= AT_ONCE:
            return
        wanted = replace(wanted, after_id=found[AT_ONCE - 1]["id"])


def _csv_line(event: dict[str, Any]) -> str:
    shown = {**event, "detail": json.dumps(event["detail"], ensure_ascii=False) if event["detail"] else ""}
    return line([shown[name] for name in COLUMNS])


def _json_line(event: dict[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False) + "\n"
