"""A site's account with Akismet: off until an admin gives a key and agrees to what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.admin.setup import Admin, record
from service.domain.errors import FieldProblem, InvalidInput, NotFound, TextProblem
from service.outbound.guard import clean_target
from service.privacy.secrets import Secrets
from service.spam.outside import forget_filters, row_of
from service.storage import outside_filters, sites
from service.storage.database import reading, transaction
from service.storage.outside_filters import OutsideFilter

if TYPE_CHECKING:
    from service.web.context import Services


@dataclass(frozen=True)
class Wanted:
    """An account as an admin gives it; `consent`: what is sent was read, and agreed to."""

    key: str
    url: str
    blog: str
    consent: bool


def shown(admin: Admin, site: str) -> OutsideFilter:
    """The site's account. Raises NotFound, also while it has none."""
    _check_site(admin, site)
    with reading() as session:
        account = outside_filters.get(session, site)
    if account is None:
        raise NotFound("This site asks no filter outside.")
    return account


def switch_on(services: Services, admin: Admin, site: str, wanted: Wanted) -> OutsideFilter:
    """Has the site's comments shown to it from now on. Raises NotFound, InvalidInput."""
    _check_site(admin, site)
    if not wanted.consent:
        raise InvalidInput([FieldProblem("consent", "required", "Say that you agree to what is sent.")])
    try:
        target = clean_target(wanted.url, services.outbound.allowed)
    except TextProblem as problem:
        raise InvalidInput([FieldProblem("url", problem.code, problem.message)]) from None
    kept = {"url": str(target), "key": wanted.key, "blog": wanted.blog}
    account = OutsideFilter(
        site=site,
        host=target.host,
        ciphertext=Secrets(services.keyring).close(kept, row_of(site)),
        agreed_by=admin.principal.actor,
        agreed_at=admin.at,
    )
    with transaction() as session:
        outside_filters.save(session, account)
        record(session, admin, site, "outside_filter_on", {"host": target.host})
    forget_filters()
    return account


def switch_off(admin: Admin, site: str) -> None:
    """Shows it nothing any more, and forgets the key. What waits stays waiting. Raises NotFound."""
    _check_site(admin, site)
    with transaction() as session:
        account = outside_filters.get(session, site)
        if account is not None:
            outside_filters.remove(session, account)
            record(session, admin, site, "outside_filter_off", {"host": account.host})
    forget_filters()


def _check_site(admin: Admin, site: str) -> None:
    admin.principal.check_site(site)
    with reading() as session:
        if sites.profile(session, site) is None:
            raise NotFound("There is no such site.")
