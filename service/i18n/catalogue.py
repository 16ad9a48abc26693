"""Finds the text of a key in a reader's language, with its plurals, numbers and names."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.numbers import format_decimal

Catalogue = Mapping[str, str | Mapping[str, str]]

DEFAULT_LANGUAGE = "en"
FOLDER = Path(__file__).parent / "catalogues"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def _load(path: Path) -> Catalogue:
    return MappingProxyType(json.loads(path.read_text(encoding="utf-8")))


CATALOGUES: Mapping[str, Catalogue] = MappingProxyType(
    {path.stem: _load(path) for path in sorted(FOLDER.glob("*.json"))}
)
LANGUAGES: tuple[str, ...] = tuple(CATALOGUES)


def language(tag: str | None) -> str:
    """The catalogue for a BCP 47 tag (`tr-TR` -> `tr`); English for none, unknown or malformed tags."""
    primary = re.split(r"[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    return primary if primary in CATALOGUES else DEFAULT_LANGUAGE


def direction(lang: str) -> str:
    """`ltr` or `rtl`."""
    return str(CATALOGUES[language(lang)]["meta.direction"])


def has(key: str) -> bool:
    """Whether there is such a text; for keys that are made from an error code or a problem slug."""
    return key in CATALOGUES[DEFAULT_LANGUAGE]


def isolated(name: str) -> str:
    """The name between Unicode isolates, so that its direction cannot reorder the sentence around it."""
    return f"{FIRST_STRONG_ISOLATE}{name}{POP_ISOLATE}"


@cache
def _locale(tag: str) -> Locale:
    return Locale.parse(tag)


def translate(lang: str, key: str, **values: str | int | float) -> str:
    """The text of `key`; `count` chooses the plural form, numbers are written as the language does.

    Raises KeyError for an unknown key and for a placeholder without a value.
    """
    tag = language(lang)
    locale = _locale(tag)
    text = CATALOGUES[tag][key]
    if not isinstance(text, str):
        text = text[locale.plural_form(int(values["count"]))]
    written = {
        name: format_decimal(value, locale=locale) if isinstance(value, int | float) else value
        for name, value in values.items()
    }
    return PLACEHOLDER.sub(lambda match: written[match[1]], text)
