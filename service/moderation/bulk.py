"""One decision over many comments, in one transaction: those named, or those that a filter matches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.domain.errors import CountDiffers
from service.moderation.decide import Ruling, Touched, settle
from service.storage import comments, queue
from service.storage.database import Session, transaction
from service.storage.queue import Filter

COMMENTS_MAX = 10_000


@dataclass(frozen=True)
class Named:
    """Comments by id, and the versions in which they were seen, as far as the moderator says."""

    ids: Sequence[str]
    versions: Mapping[str, int]


@dataclass(frozen=True)
class DecidedMany:
    """How many comments moved, how many did not, and the pages whose readers see something else now."""

    decided: int
    skipped: int
    touched: tuple[Touched, ...]


def decide_named(named: Named, sites: Sequence[str] | None, ruling: Ruling) -> DecidedMany:
    """Moves the comments with these ids, of these sites (None: of any). Raises Unavailable.

    Skipped are ids that are unknown or out of reach, comments whose move the state machine refuses, and those that
    changed since they were seen.
    """
    wanted = set(named.ids)
    with transaction() as session:
        by_site = comments.by_site(session, sorted(wanted), sites)
        # One order of sites for everybody, so that two decisions over several sites cannot wait in a ring.
        outcomes = [_decide(session, site, by_site[site], named, ruling) for site in sorted(by_site)]
    decided = sum(count for count, _ in outcomes)
    return DecidedMany(decided, len(wanted) - decided, tuple(touched for _, touched in outcomes))


def decide_matching(wanted: Filter, expected: int, ruling: Ruling) -> DecidedMany:
    """Moves what the filter matches, on its one site. Raises CountDiffers unless that is `expected` comments."""
    (site,) = wanted.sites
    with transaction() as session:
        ids = queue.matching(session, wanted, COMMENTS_MAX + 1)
        if len(ids) != expected:
            raise _differs(expected, queue.exact_total(session, wanted))
        locked = comments.lock(session, site, ids)
        # Another moderator may have been at work between the look and the lock.
        still = queue.still_matching(session, wanted, ids)
        if len(still) != expected:
            raise _differs(expected, len(still))
        decided, touched = settle(session, site, locked, ruling)
    return DecidedMany(decided, expected - decided, (touched,))


def _decide(
    session: Session, site: str, ids: Sequence[str], named: Named, ruling: Ruling
) -> tuple[int, Touched]:
    locked = comments.lock(session, site, ids)
    unchanged = [one for one in locked if named.versions.get(one.id, one.version) == one.version]
    return settle(session, site, unchanged, ruling)


def _differs(expected: int, found: int) -> CountDiffers:
    return CountDiffers(
        f"The filter matches {found} comments, not {expected}.", expected=expected, found=found
    )
