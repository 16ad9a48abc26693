"""The periodic job that tells PostgreSQL's planner of tables that have just come into use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from service.log import logger
from service.storage import planner
from service.storage.database import reading, transaction

if TYPE_CHECKING:
    from service.web.context import Services


def learn_new_tables(_services: Services, _payload: Mapping[str, Any]) -> None:
    """Has such tables looked at, and logs which."""
    with reading() as session:
        tables = planner.new_tables(session)
    if tables:
        with transaction() as session:
            planner.look_at(session, tables)
        logger().info("tables looked at for the first time", tables=tables)
