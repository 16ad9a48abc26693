"""The page of the API in a browser: all operations, no error, no request to anybody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Profile
from tests.browser.service import Service

pytestmark = pytest.mark.browser


def test_the_api_can_be_read_and_tried_offline(profile: Callable[..., Profile], service: Service) -> None:
    asked: list[str] = []
    reader = profile()
    reader.context.on("request", lambda request: asked.append(request.url))
    page = reader.open(f"{service.url}/docs")
    page.locator("#operations-Operating-health_alive").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()
    assert page.locator(".opblock").count() > 15
    assert page.evaluate("window.refused") == []
    assert [url for url in asked if not url.startswith((service.url, "data:"))] == []
