"""How the names of a newsroom's own people look, as every process has them: at most half a minute old."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Final

from service.domain.name import look_of
from service.storage import names
from service.storage.database import reading

REMEMBER_SECONDS: Final = 30.0
REMEMBER_SITES: Final = 1_000
LETTERS_MIN: Final = 4
#: What nobody is called who is not of the desk, in the languages of our sites.
OFFICES: Final = (
    *("admin", "administrator", "moderator", "editor", "the editor", "staff", "support", "editorial team"),
    *("yönetici", "moderatör", "editör", "redaksiyon", "yazı işleri", "destek"),
    *("ایڈمن", "منتظم", "ناظم", "مدیر", "ایڈیٹر", "ادارہ"),
)

_known: OrderedDict[str, tuple[float, frozenset[str]]] = OrderedDict()
_guard = threading.Lock()


def looks_like_staff(site: str, skeleton: str) -> bool:
    """Whether a name of this skeleton looks like that of the site, an office, or the desk. Raises Unavailable."""
    with _guard:
        kept = _known.get(site)
    if kept is None or time.monotonic() - kept[0] >= REMEMBER_SECONDS:
        kept = (time.monotonic(), _skeletons(site))
        with _guard:
            _known[site] = kept
            _known.move_to_end(site)
            if len(_known) > REMEMBER_SITES:
                _known.popitem(last=False)
    return skeleton in kept[1]


def forget_staff() -> None:
    """Forgets what is remembered, after somebody joined the desk in this process."""
    with _guard:
        _known.clear()


def _skeletons(site: str) -> frozenset[str]:
    with reading() as session:
        found = [*OFFICES, *names.of_staff(session, site)]
    return frozenset(
        skeleton for skeleton in (look_of(name).skeleton for name in found) if len(skeleton) >= LETTERS_MIN
    )
