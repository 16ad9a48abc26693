"""The domains to which a comment links."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from service.domain import markup
from service.domain.errors import TextProblem
from service.domain.url import parse_url

DOMAINS_MAX: Final = 20

_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S{1,2000}", re.IGNORECASE)


def without_addresses(text: str) -> str:
    """The text with a blank in place of each web address, whose letters say nothing about it."""
    if "://" in text or "www." in text.lower():
        return _ADDRESS.sub(" ", text)
    return text


def linked_domains(body: str, website: str) -> tuple[str, ...]:
    """The hosts of the author's website and of the text's links, in lower-case ASCII without `www.`, each once.

    At most the first 20: a comment that links to more says no more by it.
    """
    addresses = (*((website,) if website else ()), *markup.links(body))
    hosts = dict.fromkeys(host for address in addresses if (host := _host(address)))
    return tuple(hosts)[:DOMAINS_MAX]


def _host(address: str) -> str:
    try:
        return parse_url(address).host.removeprefix("www.")
    except TextProblem:
        return ""


def is_below(domain: str, hosts: Collection[str]) -> bool:
    """Whether the domain is one of the hosts or below one (`*.news.example` is written so in a site's settings)."""
    bare = {host.removeprefix("*.").removeprefix("www.") for host in hosts}
    labels = domain.split(".")
    return any(".".join(labels[at:]) in bare for at in range(len(labels)))
