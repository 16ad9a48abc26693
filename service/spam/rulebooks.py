"""The sites' rules as every process has them: at most a second old."""

from __future__ import annotations

from functools import partial
from typing import Final

from service.domain.rules import RuleBook, rule_of
from service.log import logger
from service.remembered import Remembered
from service.storage import rules
from service.storage.database import reading

REMEMBER_SECONDS: Final = 1.0

_known: Remembered[str, RuleBook | None] = Remembered(REMEMBER_SECONDS)


def rules_of(site: str) -> RuleBook | None:
    """The rules in force. None when there are some that cannot be read: then comments are held. Raises Unavailable."""
    return _known.get(site, partial(_look, site))


def _look(site: str) -> RuleBook | None:
    with reading() as session:
        found = rules.in_force(session, site)
    if found is None:
        return RuleBook()
    version, saved = found
    try:
        return RuleBook.of([rule_of(one) for one in saved], version)
    except Exception as error:
        logger().error("the rules cannot be read", site=site, kind=type(error).__name__)
        return None


def forget_rules() -> None:
    """Forgets what is remembered, after rules were saved in this process."""
    _known.forget()
