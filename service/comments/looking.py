"""What is found out about a text before anything is stored: the database, the campaigns, the models, the breaker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from service.comments import evidence, kinship, pressure
from service.comments.evidence import Known
from service.comments.kinship import Kinship
from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.opinion import Classified
from service.ratelimit.limiter import Outcome
from service.storage import facts
from service.storage.database import reading
from service.storage.facts import Asked, Gathered
from service.storage.sites import SiteProfile

if TYPE_CHECKING:
    from service.web.context import Services


@dataclass(frozen=True)
class Looked:
    """What was found out; `facts` is all of it in the form that the checks read."""

    gathered: Gathered
    kin: Kinship
    classified: Classified
    facts: Facts


def look(
    services: Services,
    site: SiteProfile,
    new: NewComment,
    asked: Asked,
    outcome: Outcome,
    check: Callable[[Gathered], None] = lambda _: None,
) -> Looked:
    """One session's look; `check` may refuse by what was gathered. Raises what it raises, and Unavailable."""
    kin = kinship.unlooked(site, new, asked.source, asked.now)
    with reading() as session:
        gathered = facts.gather(session, evidence.widened(asked, new, asked.source))
        check(gathered)
        author = gathered.author.id if gathered.author else ""
        kin = kinship.look(session, replace(kin, author=author, besides=asked.besides))
        links = evidence.known_links(session, site, new, asked.besides)
    classified = services.shelf.classify(new)
    found = kin.told(Known(gathered, links, outcome, classified).facts(site, new))
    return Looked(
        gathered,
        kin,
        classified,
        replace(found, breaker_tripped=pressure.is_tripped(services, site.slug)),
    )
