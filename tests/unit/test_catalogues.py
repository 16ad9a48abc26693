"""The catalogues say the same things in every language, and everything that the product says is in them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.console.places import PLACES
from service.domain.reason import Reason
from service.i18n import LANGUAGES, direction, language, translate
from service.i18n.catalogue import CATALOGUES, PLACEHOLDER, isolated

ROOT = Path(__file__).parents[2]
SOURCES = [
    *sorted((ROOT / "widget/src").glob("*.ts")),
    *sorted((ROOT / "service").rglob("*.py")),
    *sorted((ROOT / "service/threads/templates").glob("*.html")),
    *sorted((ROOT / "service/notify/templates").glob("*.html")),
]
# In the console a key is written without its family.
CONSOLE = [
    *sorted((ROOT / "console/src").rglob("*.ts")),
    *sorted((ROOT / "service/console/templates").rglob("*.html")),
]
CONSOLE_KEY = re.compile(r"""\bt\(["']([a-z][\w.-]+)["'][,)]""")
# t("key" · translate(lang, "key" · view.t('key' · pager("key": whatever looks like a key of a known family.
FAMILIES = (
    "meta",
    "mail",
    "mailpage",
    "thread",
    "comment",
    "form",
    "error",
    "problem",
    "vote",
    "report",
    "own",
    "extra",
    "preview",
    "news",
    "work",
    "time",
    "page",
)
KEY = re.compile(rf"""(?:\bt|translate|find|pager)\((?:\w+, )?["']((?:{"|".join(FAMILIES)})\.[\w.-]+)["']""")
CODES = (
    "required",
    "wrong_type",
    "too_long",
    "invalid",
    "forbidden_character",
    "unknown_field",
    "not_public",
)
SLUGS = ("rate-limited", "in-flight", "thread-closed", "forbidden", "not-found", "too-large", "unavailable")


def forms(entry: object) -> dict[str, str]:
    return dict(entry) if isinstance(entry, dict) else {"": str(entry)}


def used_keys() -> Iterator[tuple[str, str]]:
    for path in SOURCES:
        for match in KEY.finditer(path.read_text(encoding="utf-8")):
            yield match[1], path.name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_the_same_keys_in_the_same_order(lang: str) -> None:
    assert list(CATALOGUES[lang]) == list(CATALOGUES["en"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_has_the_placeholders_and_plural_forms_of_the_english_one(lang: str) -> None:
    for key, english in CATALOGUES["en"].items():
        wanted, found = forms(english), forms(CATALOGUES[lang][key])
        assert found.keys() == wanted.keys(), key
        for form, text in found.items():
            assert text.strip(), key
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(wanted[form])), key


def test_every_key_that_the_sources_use_exists() -> None:
    used = list(used_keys())
    assert len(used) > 50, "the pattern no longer finds the keys"
    assert [(key, file) for key, file in used if key not in CATALOGUES["en"]] == []


def test_every_key_that_the_console_uses_exists() -> None:
    used = [
        (f"console.{match[1]}", path.name)
        for path in CONSOLE
        for match in CONSOLE_KEY.finditer(path.read_text(encoding="utf-8"))
    ]
    assert len(used) > 50, "the pattern no longer finds the keys"
    assert [(key, file) for key, file in used if key not in CATALOGUES["en"]] == []


def test_every_page_of_the_console_has_a_name_in_the_navigation() -> None:
    assert [place.name for place in PLACES if f"console.nav.{place.name}" not in CATALOGUES["en"]] == []


@pytest.mark.parametrize("family", ["console.reason", "mail.reason"])
def test_whatever_a_moderator_says_a_comment_is_rejected_for_its_author_is_told_in_words(family: str) -> None:
    words = {key.removeprefix(f"{family}.") for key in CATALOGUES["en"] if key.startswith(f"{family}.")}
    assert words == set(Reason)
    assert len(Reason) < 10, "the number keys of the console answer"


def test_every_error_code_and_every_refusal_of_a_reader_has_its_words() -> None:
    keys = [f"error.{code}" for code in (*CODES, "other_page", "wrong_host")]
    keys += [f"problem.{slug}" for slug in (*SLUGS, "network", "other")]
    assert [key for key in keys if key not in CATALOGUES["en"]] == []


def test_numbers_and_plurals_are_written_as_the_language_does() -> None:
    assert translate("en", "thread.count", count=1) == "1 comment"
    assert translate("en", "thread.count", count=12_345) == "12,345 comments"
    assert translate("tr", "thread.count", count=12_345) == "12.345 yorum"
    assert translate("ur", "thread.count", count=1) == "1 تبصرہ"
    assert translate("ur", "thread.count", count=2) == "2 تبصرے"


@pytest.mark.parametrize(
    ("tag", "found"),
    [("tr-TR", "tr"), ("UR", "ur"), ("ur_PK", "ur"), ("de", "en"), ("", "en"), (None, "en"), ("../tr", "en")],
)
def test_a_language_tag_leads_to_a_catalogue(tag: str | None, found: str) -> None:
    assert language(tag) == found


def test_only_urdu_runs_from_right_to_left() -> None:
    assert {lang: direction(lang) for lang in LANGUAGES} == {"en": "ltr", "tr": "ltr", "ur": "rtl"}


def test_braces_in_a_name_are_not_taken_for_a_placeholder() -> None:
    assert translate("en", "comment.reply_to", name="{count} {name}") == "Reply to {count} {name}"


def test_a_name_is_isolated_from_the_sentence_around_it() -> None:
    assert isolated("بلال") == "\u2068بلال\u2069"


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        translate("en", "thread.nothing")
