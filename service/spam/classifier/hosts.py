"""Web addresses in running text, with or without a scheme: found without a pattern, so in linear time."""

from __future__ import annotations

from typing import Final

# Of a name without a scheme, only these ends make it an address: "end.Then" is a missing blank.
TLDS: Final = frozenset(
    "com net org info biz ru cn tk ml ga cf gq xyz top club online site website shop store live link click vip "  # noqa: SIM905
    "win bet loan work life space fun pro app dev io me tv co cc us uk de fr it es nl pl tr pk in ir eu ca au br "
    "gl ly gg to ws la so sh st im be is mobi name asia icu buzz ltd".split()
)
SHORTENERS: Final = frozenset(
    "bit.ly goo.gl tinyurl.com t.co ow.ly is.gd adf.ly cutt.ly rebrand.ly t.ly rb.gy shorturl.at tiny.cc v.gd "  # noqa: SIM905
    "bc.vc buff.ly lnkd.in linktr.ee youtu.be".split()
)
EDGES: Final = ".,;:!?()[]{}<>\"'*_~`«»“”‘’…،؛؟۔"
HOST_MAX: Final = 253


def host_of(piece: str) -> str:
    """The host that a folded piece of text names, or nothing."""
    bare = piece.strip(EDGES)
    scheme, found, rest = bare.partition("://")
    named = bool(found) and scheme[-5:].endswith(("http", "https"))
    host = (rest if named else bare).partition("/")[0].partition("?")[0].partition(":")[0]
    label, dot, tld = host.rpartition(".")
    if not dot or not label or "@" in host or len(host) > HOST_MAX:
        return ""
    if named or host.startswith("www.") or (tld in TLDS and _is_label(label)):
        return host
    return ""


def _is_label(label: str) -> bool:
    return all(c.isalnum() or c in "-." for c in label) and not label.replace(".", "").isdigit()
