"""What an admin looks at now and then: how old the keys are, and how long what is kept."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, jsonify
from marshmallow import fields

from service import clock
from service.clock import rfc3339
from service.domain.kept import KEPT
from service.domain.role import Permission
from service.privacy import keyring
from service.web.context import services
from service.web.fields import Answer
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("admin-care", __name__)
TAG: Final = "Administration"
READ: Final = (401, 403, 503)
#: How old the current keys should get; a year is common for keys of this kind (NIST SP 800-57, part 1, 5.3.6).
ROTATE_AFTER_DAYS: Final = 365


class KeysAnswer(Answer):
    since = fields.DateTime(required=True, metadata={"description": "When the current keys were made."})
    age_days = fields.Integer(required=True)
    keys = fields.Integer(
        required=True, metadata={"description": "Keys for emails in the file, old ones too."}
    )
    rotate_after_days = fields.Integer(required=True)
    rotate = fields.Boolean(required=True, metadata={"description": "Whether it is time for new ones."})


class KeptAnswer(Answer):
    what = fields.String(required=True)
    seconds = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Null: until its author is erased."}
    )
    job = fields.String(required=True, allow_none=True, metadata={"description": "What forgets it."})


class RetentionAnswer(Answer):
    kept = fields.List(fields.Nested(KeptAnswer), required=True)


@bp.get("/v1/admin/keys")
@requires(Permission.ADMINISTER)
@operation(Operation("How old the keys are that protect emails", TAG, {200: KeysAnswer}, problems=READ))
def show_keys() -> Response:
    age = keyring.age(services().settings.keys_file)
    days = max((clock.now() - age.since).days, 0)
    return jsonify(
        since=rfc3339(age.since),
        age_days=days,
        keys=age.keys,
        rotate_after_days=ROTATE_AFTER_DAYS,
        rotate=days >= ROTATE_AFTER_DAYS,
    )


@bp.get("/v1/admin/retention")
@requires(Permission.ADMINISTER)
@operation(Operation("What is kept, and for how long", TAG, {200: RetentionAnswer}, problems=READ))
def show_retention() -> Response:
    return jsonify(
        kept=[
            {
                "what": row.what,
                "seconds": int(row.longest.total_seconds()) if row.longest else None,
                "job": row.job,
            }
            for row in KEPT
        ]
    )
