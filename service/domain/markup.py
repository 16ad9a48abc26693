"""Turns a comment's source (a subset of Markdown) into safe HTML, plain text and the list of its links.

Two walls stand behind each other: a parser that knows neither HTML nor images, and an allowlist after it.
Sources come from `clean_body`: without controls and lone surrogates, at most 5,000 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from types import ModuleType
from typing import Final

import nh3
from markdown_it import MarkdownIt, helpers
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from service.domain.errors import TextProblem
from service.domain.url import parse_url

TAGS: Final = frozenset({"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a"})
LINK_REL: Final = "nofollow ugc noopener noreferrer"

#: HTML longer than this many times its source is an attack on readers' browsers: it is shown as typed.
GROWTH_MAX: Final = 8
_GROWTH_FREE_CHARACTERS = 400
#: A source with more marks than this (lines too, and an address counts as four) would cost more to read than it says:
#: it is shown as typed. The most that 18,000 comments of readers and advertisers have is 95.
MARKS_MAX: Final = 400
_MARKS_OF_ADDRESS = 4

_NESTING_MAX = 20
_BLOCK_RULES = ("fence", "blockquote", "list")
_INLINE_RULES = ("newline", "escape", "backticks", "emphasis", "link", "autolink")

# Everything that could be more than words: characters with a meaning, lines that open a block, addresses, and
# white space that the parser would treat otherwise than plain() does. One pattern of all would take four times as long.
_SIGNS = re.compile(r"[\\`*_\[<\x00-\x08\x0b-\x1f\x7f-\x9f]")
_OPENING = re.compile(r"[>+~-]|[0-9]{1,9}[.)]")
_LINES = re.compile(rf"[^\S\n]\n|\n[^\S\n]|\n{{3}}|\n(?:{_OPENING.pattern})")
_MARKS = re.compile(r"[\\`*_\[\]<>~\n]|(?<!\S)(?:[+-]|[0-9]{1,9}[.)])(?!\S)")
# Of brackets in an address one level is known ("/wiki/Mars_(planet)"): looking for 32, as CommonMark does, takes long.
_DESTINATION = re.compile(
    r"(?:[^\x00-\x20\x7f()\\]++|\\[^ ]|\((?:[^\x00-\x20\x7f()\\]++|\\[^ ])*+\))*+", re.DOTALL
)
# Where the inline parser must look up from the text; its own list has twenty characters more.
_TERMINATORS = re.compile(r"[\n\\`*_\[\]<]|://")

_SCHEME_BEFORE = re.compile(r"(?<![^\W_])https?\Z", re.IGNORECASE)
# A backslash belongs to it, so that it is refused as a whole.
_ADDRESS = re.compile(r"://[^\s<>\"`\[\]\x00-\x20\x7f-\x9f]{1,2000}")
_CLOSING = "*_.,;:!?'\"\u2019\u201d\u00bb\u2026\u060c\u061b\u061f\u06d4\u3002\uff0c"
_ABSOLUTE = re.compile(
    r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:[/?#][^\s\\\"<>`\x00-\x20\x7f-\x9f]*)?"
)


def render_html(source: str) -> str:
    """HTML of the tags in TAGS alone; only `a` has attributes: an absolute http(s) `href`, and `rel`."""
    if not _is_marked(source):
        return _plain(source)
    html = _CLEANER.clean(_PARSER.renderer.render(_tokens(source), _PARSER.options, {}))
    if len(html) > max(len(source) * GROWTH_MAX, _GROWTH_FREE_CHARACTERS):
        return _plain(source)
    return html


def plain_text(source: str) -> str:
    """The words without their markup: blocks parted by an empty line, addresses of named links left out."""
    if not _is_marked(source):
        return source
    return "\n\n".join(block for block in map(_block_text, _tokens(source)) if block)


def links(source: str) -> tuple[str, ...]:
    """The absolute addresses that the rendered comment links to, in order, as often as they occur."""
    if not _is_marked(source):
        return ()
    return tuple(_hrefs(_tokens(source)))


@lru_cache(maxsize=16)
def _is_marked(source: str) -> bool:
    found = bool(
        _SIGNS.search(source)
        or "://" in source
        or _OPENING.match(source)
        or ("\n" in source and _LINES.search(source))
        or source != source.strip()
    )
    return found and _number_of_marks(source) <= MARKS_MAX


def _number_of_marks(source: str) -> int:
    return len(_MARKS.findall(source)) + _MARKS_OF_ADDRESS * source.count("://")


def _plain(source: str) -> str:
    """The source as typed: escaped, in paragraphs, with its line breaks."""
    text = escape(source.strip(), quote=False).replace("\u00a0", "&nbsp;")
    paragraphs = (paragraph.replace("\n", "<br>\n") for paragraph in re.split(r"\n{2,}", text))
    return "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)


@lru_cache(maxsize=16)  # html, text and links of one comment are asked for one after the other
def _tokens(source: str) -> Sequence[Token]:
    tokens = _PARSER.parse(source)
    for token in tokens:
        if token.children and any(_is_empty_link(child) for child in token.children):
            token.children = list(_without_empty_links(token.children))
    return tokens


def _is_empty_link(token: Token) -> bool:
    return token.type == "link_open" and not token.attrs.get("href")


def _without_empty_links(tokens: Sequence[Token]) -> Iterator[Token]:
    inside = False
    for token in tokens:
        inside = inside or _is_empty_link(token)
        if not (inside and token.type in {"link_open", "link_close"}):
            yield token
        inside = inside and token.type != "link_close"


def _block_text(token: Token) -> str:
    if token.type == "fence":
        return token.content.strip("\n")
    return "".join(map(_inline_text, token.children or ()))


def _inline_text(token: Token) -> str:
    return "\n" if token.type in {"softbreak", "hardbreak"} else token.content


def _hrefs(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                yield str(child.attrs["href"])


def _allowed_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "rel":  # the cleaner's own, set after the rest
        return LINK_REL
    return value if (tag, attribute) == ("a", "href") and _ABSOLUTE.fullmatch(value) else None


def _address(raw: str) -> str:
    """The normalised absolute address, or "" for what must not become a link."""
    try:
        return str(parse_url(raw))
    except TextProblem:
        return ""


def _link_bare_address(state: StateInline, silent: bool) -> bool:
    """An inline rule that links `https://example.com/page` in running text, without its final punctuation."""
    scheme = _SCHEME_BEFORE.search(state.pending[-8:])
    if state.linkLevel > 0 or not scheme or not (match := _ADDRESS.match(state.src, state.pos, state.posMax)):
        return False
    tail = _without_closing(match[0])
    shown = scheme[0] + tail
    address = _address(shown)
    # A host without a dot is seldom meant, and its markup would be eight times its length.
    if "." not in address.partition("://")[2].partition("/")[0]:
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        state.push("link_open", "a", 1).attrs = {"href": address}
        state.push("text", "", 0).content = shown
        state.push("link_close", "a", -1)
    state.pos += len(tail)
    return True


def _without_closing(tail: str) -> str:
    """The address without the punctuation of the sentence around it; a bracket stays when it was opened."""
    surplus = tail.count(")") - tail.count("(")
    end = len(tail)
    while end and (tail[end - 1] in _CLOSING or (surplus > 0 and tail[end - 1] == ")")):
        surplus -= tail[end - 1] == ")"
        end -= 1
    return tail[:end]


def _destination(text: str, pos: int, maximum: int) -> object:
    """Where a link leads to, as the parser's own helper reads it, with less patience."""
    found = None if text.startswith("<", pos) else _DESTINATION.match(text, pos, maximum)
    return helpers.parseLinkDestination(text, pos, found.end() if found else maximum)


_HELPERS: Final = ModuleType(helpers.__name__)
vars(_HELPERS).update(vars(helpers), parseLinkDestination=_destination)


class _Parser(MarkdownIt):
    """The subset, built once; parsing keeps no state in it, so threads share it."""

    def __init__(self) -> None:
        super().__init__("zero", {"html": False, "breaks": True, "maxNesting": _NESTING_MAX})
        self.enable([*_BLOCK_RULES, *_INLINE_RULES, "balance_pairs"])
        self.inline.ruler.after("text", "bare_address", _link_bare_address)
        self.inline.terminator_re = _TERMINATORS
        self.helpers = _HELPERS

    def normalizeLink(self, url: str) -> str:
        return _address(url)

    def normalizeLinkText(self, link: str) -> str:
        return link

    def validateLink(self, url: str) -> bool:
        return bool(url)


_PARSER: Final = _Parser()
_CLEANER: Final = nh3.Cleaner(
    tags=set(TAGS),
    attributes={"a": {"href"}},
    attribute_filter=_allowed_attribute,
    url_schemes={"http", "https"},
    link_rel=LINK_REL,
)
