"""Which sites a moderator's request is about."""

from __future__ import annotations

from service.auth.guard import principal
from service.storage import sites
from service.storage.database import reading
from service.web.site import profile


def reach(asked: tuple[str, ...]) -> tuple[str, ...]:
    """The sites to look at: the one asked for, else all that the credential reaches. Raises NotFound."""
    who = principal()
    for site in asked:
        who.check_site(site)
        profile(site)
    if asked or who.scope.sites is not None:
        return asked or who.scope.sites or ()
    with reading() as session:
        return tuple(sites.all_slugs(session))
