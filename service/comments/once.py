"""Answers a request with an Idempotency-Key once; sent again, it gets the first answer again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from service import clock
from service.domain.errors import Malformed
from service.privacy.keyring import Purpose
from service.storage import idempotency
from service.storage.database import reading, transaction
from service.storage.idempotency import LEASE, Claim

if TYPE_CHECKING:
    from service.web.context import Services

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def claim_for(services: Services, site: str, header: str, sent: Mapping[str, Any]) -> Claim:
    """What this request would claim. Raises Malformed for a header that is no key."""
    if not _KEY.fullmatch(header):
        raise Malformed("Idempotency-Key must be 1 to 255 visible ASCII characters.")
    # Whoever lost the answer to a solved challenge sends the comment again without it, and means the same.
    meant = {name: value for name, value in sent.items() if name != "challenge"}
    request = json.dumps(meant, sort_keys=True, ensure_ascii=True)
    return Claim(
        site=site,
        key=services.fingerprints.of(Purpose.REQUEST, site, f"key:{header}"),
        request=services.fingerprints.of(Purpose.REQUEST, site, f"sent:{request}"),
        until=clock.now() + LEASE,
    )


def first_answer(claim: Claim) -> dict[str, Any] | None:
    """The answer that this request got before, if it did. Raises KeyReused or InFlight."""
    with reading() as session:
        return idempotency.kept_answer(session, claim, clock.now())


def answered(claim: Claim, answer: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], bool]:
    """Claims the key and answers; the answer, and whether it was given before. Raises KeyReused or InFlight.

    `answer` must keep what it returns under the claim (`idempotency.finish`) in its own transaction: then there is
    never a comment without its kept answer. A refusal gives the key back.
    """
    with transaction() as session:
        before = idempotency.take(session, claim, clock.now())
    if before is not None:
        return before, True
    try:
        return answer(), False
    except BaseException:
        with transaction() as session:
            idempotency.release(session, claim)
        raise
