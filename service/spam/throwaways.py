"""Domains that are made to be thrown away: for emails that are read once, and for links that lead to spam."""

from __future__ import annotations

from functools import cache
from typing import Final

from service.domain.ban import domains_above

#: Top-level domains that were given away for years and of which hardly anything but abuse is left (Interisle, 2023).
TLDS: Final = frozenset({"cf", "cfd", "ga", "gq", "icu", "ml", "sbs", "tk"})


def is_disposable(email_domain: str) -> bool:
    """Whether addresses of this domain are thrown away after use, as the package disposable-email-domains has it."""
    return not _disposable().isdisjoint(domains_above(email_domain))


def is_throwaway(host: str) -> bool:
    """Whether a host in lower-case ASCII is of a domain of such emails, or of such a top-level domain."""
    return host.rpartition(".")[2] in TLDS or is_disposable(host)


@cache
def _disposable() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)
