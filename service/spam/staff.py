"""How the names of a newsroom's own people look, as every process has them: at most half a minute old."""

from __future__ import annotations

from functools import partial
from typing import Final

from service.domain.name import look_of
from service.remembered import Remembered
from service.storage import names
from service.storage.database import reading

REMEMBER_SECONDS: Final = 30.0
LETTERS_MIN: Final = 4
#: What nobody is called who is not of the desk, in the languages of our sites.
OFFICES: Final = (
    *("admin", "administrator", "moderator", "editor", "the editor", "staff", "support", "editorial team"),
    *("yönetici", "moderatör", "editör", "redaksiyon", "yazı işleri", "destek"),
    *("ایڈمن", "منتظم", "ناظم", "مدیر", "ایڈیٹر", "ادارہ"),
)

_known: Remembered[str, frozenset[str]] = Remembered(REMEMBER_SECONDS)


def looks_like_staff(site: str, skeleton: str) -> bool:
    """Whether a name of this skeleton looks like that of the site, an office, or the desk. Raises Unavailable."""
    return skeleton in _known.get(site, partial(_skeletons, site))


def forget_staff() -> None:
    """Forgets what is remembered, after somebody joined the desk in this process."""
    _known.forget()


def _skeletons(site: str) -> frozenset[str]:
    with reading() as session:
        found = [*OFFICES, *names.of_staff(session, site)]
    return frozenset(
        skeleton for skeleton in (look_of(name).skeleton for name in found) if len(skeleton) >= LETTERS_MIN
    )
