"""Every kind of job, one row each: what runs it, how long it may take, how often it is tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.comments import outside, outside_answers
from service.jobs import planning, retention, training
from service.moderation import audit, breaker, pages, search
from service.moderation import outside as teaching
from service.notify import announcing, delivering, digest, news, own_comments, sending
from service.stats import catch_up

if TYPE_CHECKING:
    from service.web.context import Services

Run = Callable[["Services", Mapping[str, Any]], None]

FIRST_PAUSE_SECONDS = 5
LONGEST_PAUSE_SECONDS = 3600


@dataclass(frozen=True)
class Kind:
    """A kind of job. `run` may be called again after it succeeded, and must then do no harm.

    `lease_seconds` is longer than any run: after it another worker starts the job anew. A kind with
    `every_seconds` is periodic, with an empty payload.
    """

    name: str
    run: Run
    attempts: int = 12
    lease_seconds: int = 120
    every_seconds: int | None = None


KINDS = (
    Kind("count-statistics", catch_up.run, every_seconds=10, lease_seconds=600),
    Kind("seal-events", audit.run, every_seconds=5, lease_seconds=300),
    Kind("index-comments", search.catch_up, every_seconds=10, lease_seconds=600),
    Kind("learn-new-tables", planning.learn_new_tables, every_seconds=5),
    Kind("watch-heat", pages.watch_heat, every_seconds=10),
    Kind("close-old-pages", pages.close_old, every_seconds=60),
    Kind("learn", training.learn, every_seconds=10, lease_seconds=600),
    Kind("rebuild-models", training.rebuild_models, every_seconds=3600, lease_seconds=3600),
    Kind("end-breakers", breaker.end, every_seconds=30),
    Kind("learn-usual-pressure", breaker.learn_usual, every_seconds=3600, lease_seconds=600),
    Kind("announce", announcing.tell, every_seconds=5),
    Kind(announcing.DELIVER, delivering.deliver, attempts=delivering.ATTEMPTS_MAX, lease_seconds=60),
    Kind(outside.JOB, outside_answers.check, lease_seconds=60),
    Kind(teaching.JOB, teaching.tell, lease_seconds=120),
    Kind("drop-deliveries", retention.drop_deliveries, every_seconds=3600),
    Kind("send-mail", sending.run),
    Kind("mail-own-comments", own_comments.run),
    Kind("order-author-digests", news.order_digests, every_seconds=60),
    Kind("order-desk-digests", digest.order_digests, every_seconds=60),
    Kind("drop-mail", retention.drop_mail, every_seconds=3600),
    Kind("forget-addresses", retention.forget_addresses, every_seconds=3600),
    Kind("drop-idempotency-keys", retention.drop_idempotency_keys, every_seconds=600),
    Kind("drop-used-challenges", retention.drop_used_challenges, every_seconds=600),
    Kind("drop-signs", retention.drop_signs, every_seconds=3600),
    Kind("drop-bans", retention.drop_bans, every_seconds=3600),
    Kind("drop-sessions", retention.drop_sessions, every_seconds=3600),
)


def pause_seconds(attempt: int) -> int:
    """How long a job waits after its failed `attempt` (from 1): 5 s, 10 s, 20 s … at most an hour."""
    return min(FIRST_PAUSE_SECONDS << min(attempt - 1, 16), LONGEST_PAUSE_SECONDS)
