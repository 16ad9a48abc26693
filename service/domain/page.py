"""Finds the one key under which a news page's thread is kept, however the page's address was written.

What is unified, what is kept apart, and why, is in docs/text.md.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from service.domain.errors import TextProblem
from service.domain.text import clean_line
from service.domain.url import DEFAULT_PORTS, Url, ascii_host, parse_url

URL_MAX: Final = 2_000
STABLE_KEY_MAX: Final = 500

# fmt: off
#: Query parameters that say how a reader came, not what the page shows: whole names, and beginnings.
TRACKING_PARAMETERS: Final = frozenset((
    "_ga", "_gl", "_hsenc", "_hsmi", "_openstat", "__twitter_impression", "at_campaign", "at_medium",
    "dclid", "epik", "fbclid", "gbraid", "gclid", "gclsrc", "igsh", "igshid", "li_fat_id", "mc_cid", "mc_eid",
    "mkt_tok", "msclkid", "oly_anon_id", "oly_enc_id", "rb_clickid", "replytocom", "s_cid", "srsltid",
    "ttclid", "twclid", "vero_id", "wbraid", "wickedid", "xtor", "yclid", "ysclid",
))
TRACKING_PREFIXES: Final = ("utm_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_")

#: Schemes that browsers act on: as a page a mistake or an attack. `urn:` or `article:7` make good keys.
REFUSED_SCHEMES: Final = frozenset((
    "about", "blob", "chrome", "data", "file", "filesystem", "ftp", "http", "https", "intent", "jar",
    "javascript", "livescript", "mailto", "mocha", "resource", "sms", "tel", "vbscript", "view-source",
    "ws", "wss",
))
# fmt: on

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(//)?")
_HTTP = re.compile(r"https?:", re.IGNORECASE)
_JOINERS: Final = {0x200C: "%E2%80%8C", 0x200D: "%E2%80%8D"}
_SLASHES = re.compile(r"[/\\]{2}")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset(string.ascii_letters + string.digits + "-._~")
# What may stand unescaped in a path or query (RFC 3986, 3.3 and 3.4).
_STANDING: Final = "-._~!$&'()*+,;=:@/?"


@dataclass(frozen=True)
class PageKey:
    """The thread's key, and the page's address to link to (None for a publisher's own key)."""

    key: str
    url: str | None


def canonical_page(raw: str, page_hosts: Collection[str] = ()) -> PageKey:
    """The page that `raw` (a URL or a publisher's stable key) names.

    Where `page_hosts` (`news.example`, `*.news.example`) lists any host, URLs of other hosts are refused;
    stable keys are not, for they name no host.
    Raises TextProblem: required, too_long, forbidden_character, invalid, wrong_host.
    """
    line = clean_line(raw, URL_MAX)
    if not _HTTP.match(line):
        return _stable_page(line)
    # Joiners are letters of a path in Urdu and Persian: cleaning must not take them for a disguise.
    return _url_page(clean_line(raw.translate(_JOINERS), URL_MAX), page_hosts)


def _stable_page(line: str) -> PageKey:
    key = clean_line(line, STABLE_KEY_MAX)
    scheme = _SCHEME.match(key)
    if _SLASHES.match(key) or (scheme and (scheme[2] or scheme[1].lower() in REFUSED_SCHEMES)):
        raise TextProblem("invalid", "Give the page's full address (https://…) or the publisher's own key.")
    return PageKey(key, None)


def _url_page(line: str, page_hosts: Collection[str]) -> PageKey:
    url = parse_url(line)
    if page_hosts and not _is_listed(url.host, page_hosts):
        raise TextProblem("wrong_host", "This site takes no comments for pages of that host.")
    path = _without_dot_segments(_normal_escapes(url.path))
    parameters = [] if url.query is None else list(_kept_parameters(_normal_escapes(url.query)))
    shown = replace(url, path=path or "/", query="&".join(parameters) or None, fragment=None)
    parameters.sort(key=_name)  # a stable sort: repeated parameters keep their order
    key = _key(replace(shown, path=path.rstrip("/") or "/", query="&".join(parameters) or None))
    if max(len(key), len(str(shown))) > URL_MAX:
        raise TextProblem("too_long", f"A page's address may have at most {URL_MAX} characters.")
    return PageKey(key, str(shown))


def _key(url: Url) -> str:
    # http and https are one page, so the key says https; then neither default port may tell them apart.
    port = None if url.port in DEFAULT_PORTS.values() else url.port
    return str(replace(url, scheme="https", port=port))


def _is_listed(host: str, page_hosts: Collection[str]) -> bool:
    return any(_matches(host, listed) for listed in page_hosts)


def _matches(host: str, listed: str) -> bool:
    if listed.startswith("*."):
        return host.endswith("." + ascii_host(listed[2:]))
    return host == ascii_host(listed)


def _kept_parameters(query: str) -> Iterator[str]:
    for parameter in query.split("&"):
        name = _name(parameter).lower()
        if parameter and name not in TRACKING_PARAMETERS and not name.startswith(TRACKING_PREFIXES):
            yield parameter


def _name(parameter: str) -> str:
    return parameter.partition("=")[0]


def _normal_escapes(part: str) -> str:
    """Percent-encoding in its one form: RFC 3986, 6.2.2; a stray "%" is taken for a percent sign."""
    pieces = _ESCAPE.split(part)
    pieces[::2] = [quote(unicodedata.normalize("NFC", piece), safe=_STANDING) for piece in pieces[::2]]
    pieces[1::2] = [_escape(int(code, 16)) for code in pieces[1::2]]
    return "".join(pieces)


def _escape(code: int) -> str:
    return chr(code) if chr(code) in _UNRESERVED else f"%{code:02X}"


def _without_dot_segments(path: str) -> str:
    """RFC 3986, 5.2.4, for a path that starts with a slash or is empty."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "".join(f"/{segment}" for segment in kept)
