"""A comment's source becomes HTML of a few harmless tags, whatever was typed."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import markup
from service.domain.errors import TextProblem
from service.domain.markup import GROWTH_MAX, LINK_REL, TAGS, links, plain_text, render_html
from service.domain.text import clean_body
from tests.backing.cost import PLAIN, times_the_cost
from tests.corpora import payloads

REL = f' rel="{LINK_REL}"'
PLAIN_PARSED = f"{PLAIN} *"
TIMES_PLAIN_MAX = 60  # what is marked as much as may be costs up to 17 times as much


class Inspector(HTMLParser):
    """An independent reader of the output: fails on any other tag, attribute or shape of address."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.text = ""
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        if tag == "a":
            self.links.append(self._address(dict(attrs)))
        else:
            assert attrs == []
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise AssertionError(f"<{tag}/>")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def close(self) -> None:
        super().close()
        assert self._open == []

    @staticmethod
    def _address(attributes: dict[str, str | None]) -> str:
        href = attributes.get("href")
        assert href is not None
        assert attributes == {"href": href, "rel": LINK_REL}
        parts = urlsplit(href)
        assert re.match(r"https?://[a-z0-9._\[-]", href)
        assert parts.hostname
        assert "@" not in parts.netloc
        assert not re.search(r"[\\\s\x00-\x20\x7f-\x9f\"<>`]", href)
        return href


def inspect(html: str) -> Inspector:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("Words.", "<p>Words.</p>\n"),
        ("One\ntwo\n\nthree", "<p>One<br>\ntwo</p>\n<p>three</p>\n"),
        ("*a* **b** `c<d>`", "<p><em>a</em> <strong>b</strong> <code>c&lt;d&gt;</code></p>\n"),
        ("> said\n> so", "<blockquote>\n<p>said<br>\nso</p>\n</blockquote>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a\n4. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("```js\nif (a < b)\n```", "<pre><code>if (a &lt; b)\n</code></pre>\n"),
        ("# no heading\n---\n===", "<p># no heading<br>\n---<br>\n===</p>\n"),
        ("<b>R&D</b> &amp; &lt;", "<p>&lt;b&gt;R&amp;D&lt;/b&gt; &amp;amp; &amp;lt;</p>\n"),
        ("5\u00a0km", "<p>5&nbsp;km</p>\n"),
        ("\\*a\\*", "<p>*a*</p>\n"),
        ('[a](https://A.example "t")', f'<p><a href="https://a.example"{REL}>a</a></p>\n'),
        ("<https://a.example>", f'<p><a href="https://a.example"{REL}>https://a.example</a></p>\n'),
        ("![a](https://a.example/b.png)", f'<p>!<a href="https://a.example/b.png"{REL}>a</a></p>\n'),
        ("[a]() [b][c]\n\n[c]: https://a.example", "<p>a [b][c]</p>\n<p>[c]: " + f'<a href="https://a.example"{REL}>https://a.example</a></p>\n'),
    ],
)  # fmt: skip
def test_the_subset(source: str, html: str) -> None:
    assert render_html(source) == html


@pytest.mark.parametrize(
    ("source", "linked"),
    [
        ("see https://news.example/a_b_c.", "https://news.example/a_b_c"),
        ("(https://news.example/a)", "https://news.example/a"),
        ("https://news.example/a_(b), c", "https://news.example/a_(b)"),
        ("**https://news.example/a**", "https://news.example/a"),
        ("HTTPS://NEWS.example/A", "https://news.example/A"),
        ("دیکھیں https://news.example/خبر۔", "https://news.example/خبر"),
        ("https://örnek.com/ç", "https://xn--rnek-4qa.com/ç"),
        ("“https://news.example/?a=1&b=2”", "https://news.example/?a=1&b=2"),
    ],
)
def test_a_bare_address_is_linked_without_the_sentence_around_it(source: str, linked: str) -> None:
    assert links(source) == (linked,)
    assert inspect(render_html(source)).links == [linked]


@pytest.mark.parametrize(
    "source",
    [
        "http:news.example",
        "//news.example",
        "xhttps://news.example",
        "https://localhost/x",
        "https://reader@news.example/",
        "news.example",
        "[x](//evil.example)",
        "[x](/path)",
        "[x](http:evil.example)",
        "[x](https:/\\evil.example)",
        "[x](https://a.example\\@evil.example)",
        "https://a.example\\@evil.example",
        "[x](https://user@evil.example)",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&colon;alert(1))",
        "[x](data:text/html,y)",
        "<javascript:alert(1)>",
        "<reader@news.example>",
        "[x](mailto:reader@news.example)",
    ],
)
def test_anything_but_an_absolute_web_address_is_no_link(source: str) -> None:
    assert links(source) == ()
    assert inspect(render_html(source)).links == []


def test_a_link_in_a_link_is_one_link() -> None:
    assert links("[see https://b.example/ now](https://a.example/)") == ("https://a.example/",)


def test_the_text_is_what_readers_see() -> None:
    source = "> *quoted*\n\n[words](https://a.example) & `code`\nnext\n\n```\nblock\n```"
    assert plain_text(source) == "quoted\n\nwords & code\nnext\n\nblock"


LINES = st.sampled_from(
    [*"abi -+>~#=|.)(!'\"&*_`[]<\\:/ş\u00a0\u3000\u200f😀", "\n", "\n\n", "1.", "http", "://", "a.b", "    "]
)
SOURCES = st.lists(LINES, max_size=30).map("".join) | st.text(max_size=60)


def cleaned(raw: str) -> str:
    try:
        return clean_body(raw, 5_000)
    except TextProblem:
        return "x"


@given(raw=SOURCES)
def test_plain_prose_reads_the_same_on_the_short_way_and_the_long(raw: str) -> None:
    source = cleaned(raw)
    tokens = markup._PARSER.parse(source)
    long_way = markup._CLEANER.clean(markup._PARSER.renderer.render(tokens, markup._PARSER.options, {}))
    if not markup._is_marked(source):
        assert render_html(source) == long_way


@given(raw=SOURCES)
def test_any_source_gives_allowed_html_that_sanitising_again_leaves_alone(raw: str) -> None:
    html = render_html(cleaned(raw))
    assert inspect(html).links == list(links(cleaned(raw)))
    assert nh3.clean(html, tags=set(TAGS), attributes={"a": {"href", "rel"}}, link_rel=None) == html


@pytest.mark.corpora
def test_no_hostile_text_becomes_more_than_text_and_links() -> None:
    for payload in payloads("xss", "xss_markdown", "naughty_strings", "unicode_spoof"):
        for source in (
            cleaned(payload),
            cleaned(f"[x]({payload})"),
            cleaned(f"<{payload}>"),
            cleaned(f"- > {payload}"),
        ):
            inspect(render_html(source))


@pytest.mark.corpora
def test_pathological_sources_stay_cheap_and_small() -> None:
    for payload in payloads("markdown_pathological"):
        assert_bounded(cleaned(payload[:5_000].replace("\0", "")))


GROWING = {
    "nested quotes": (">" * 20 + "a\n\n") * 230,
    "changing lists": "-\n+\n" * 1250,
    "lists in a line": ("- " * 10 + "\n" + "+ " * 10 + "\n") * 120,
    "short addresses": "http://a.b " * 455,
    "refused addresses": "https://a@" * 500,
    "scripts of the world": "https://é.é/ " * 380,
    "brackets": "[" * 5_000,
    "openers": "[a](" * 1250,
    "emphasis": "*a_ " * 1250,
    "parentheses": "http://a.b/" + "(" * 2400 + ")" * 2400,
    "no-break spaces": "*a*" + "\u00a0" * 4_990 + "b",
}


@pytest.mark.parametrize("kind", GROWING)
def test_hostile_shapes_stay_cheap_and_small(kind: str) -> None:
    assert_bounded(GROWING[kind][:5_000].strip())
    assert_bounded(_marked_as_much_as_may_be(GROWING[kind]).strip())


def _marked_as_much_as_may_be(source: str) -> str:
    least, most = 0, 5_000
    while least < most:
        middle = (least + most + 1) // 2
        fits = markup._number_of_marks(source[:middle]) <= markup.MARKS_MAX
        least, most = (middle, most) if fits else (least, middle - 1)
    return source[:least]


def test_a_source_of_too_many_marks_is_shown_as_typed() -> None:
    most = "*a* " * (markup.MARKS_MAX // 2)
    assert render_html(f"{most}b").startswith("<p><em>a</em>")
    assert render_html(f"{most}*b").startswith("<p>*a*")
    assert plain_text(f"{most}*b") == f"{most}*b"
    address = "https://a.example/ "
    assert len(links(address * (markup.MARKS_MAX // 4))) == markup.MARKS_MAX // 4
    assert links(address * (markup.MARKS_MAX // 4 + 1)) == ()


def test_an_address_may_have_one_level_of_brackets() -> None:
    assert links("[a](https://a.example/b_(c)_(d))") == ("https://a.example/b_(c)_(d)",)
    assert "[a](<a " in render_html("[a](https://a.example/b_(c_(d)))")
    assert links("[a](<https://a.example/b>)") == ("https://a.example/b",)


def rendered_anew(source: str) -> None:
    markup._tokens.cache_clear()
    markup._is_marked.cache_clear()
    render_html(source)


def assert_bounded(source: str) -> None:
    html = render_html(source)
    ratio = times_the_cost(lambda: rendered_anew(source), lambda: rendered_anew(PLAIN_PARSED))
    assert ratio < TIMES_PLAIN_MAX
    assert len(html) <= max(GROWTH_MAX * len(source), 400)
    inspect(html)
