"""The sites' rules as every process has them: at most a second old."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Final

from service.domain.rules import RuleBook, rule_of
from service.log import logger
from service.storage import rules
from service.storage.database import reading

REMEMBER_SECONDS: Final = 1.0
REMEMBER_SITES: Final = 1_000

_known: OrderedDict[str, tuple[float, RuleBook]] = OrderedDict()
_guard = threading.Lock()


def rules_of(site: str) -> RuleBook | None:
    """The rules in force. None when there are some that cannot be read: then comments are held. Raises Unavailable."""
    with _guard:
        kept = _known.get(site)
    if kept is not None and time.monotonic() - kept[0] < REMEMBER_SECONDS:
        return kept[1]
    with reading() as session:
        found = rules.current(session, site)
    try:
        book = RuleBook.of([rule_of(one) for one in found.rules], found.version) if found else RuleBook()
    except Exception as error:
        logger().error("the rules cannot be read", site=site, kind=type(error).__name__)
        return None
    with _guard:
        _known[site] = (time.monotonic(), book)
        _known.move_to_end(site)
        if len(_known) > REMEMBER_SITES:
            _known.popitem(last=False)
    return book


def forget_rules() -> None:
    """Forgets what is remembered, after rules were saved in this process."""
    with _guard:
        _known.clear()
