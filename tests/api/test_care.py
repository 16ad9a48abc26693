"""How old the keys are, and how long what is kept."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service import clock
from service.domain.kept import KEPT
from service.jobs.registry import KINDS
from service.privacy import keyring
from tests.api.newsroom import Newsroom, bearer


def keys(newsroom: Newsroom) -> dict[str, Any]:
    answer = newsroom.client.get("/v1/admin/keys", headers=bearer(newsroom.admin))
    assert answer.status_code == 200
    return dict(answer.get_json())


@pytest.mark.parametrize(("days", "rotate"), [(0, False), (364, False), (365, True)])
def test_keys_that_are_a_year_old_are_to_be_rotated(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, days: int, rotate: bool
) -> None:
    since = datetime.fromisoformat(keys(newsroom)["since"])
    later = since + timedelta(days=days, hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    shown = keys(newsroom)
    assert (shown["age_days"], shown["rotate"], shown["rotate_after_days"]) == (days, rotate, 365)
    assert set(shown) == {"since", "age_days", "keys", "rotate_after_days", "rotate"}


def test_a_rotation_makes_the_keys_young_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    monkeypatch.setattr(clock, "now", lambda: datetime(2025, 1, 1, tzinfo=UTC))
    keyring.create(path)
    assert keyring.age(path) == keyring.Age(datetime(2025, 1, 1, tzinfo=UTC), 1)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 1, tzinfo=UTC))
    keyring.rotate(path)
    assert keyring.age(path) == keyring.Age(datetime(2026, 1, 1, tzinfo=UTC), 2)


def test_a_file_that_names_no_time_is_as_old_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keyring.create(path)
    document = json.loads(path.read_text())
    del document["made_at"]
    path.write_text(json.dumps(document))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert keyring.age(path).since == datetime.fromtimestamp(1_700_000_000, UTC)


def test_what_is_kept_is_forgotten_by_jobs_that_there_are(newsroom: Newsroom) -> None:
    answer = newsroom.client.get("/v1/admin/retention", headers=bearer(newsroom.admin))
    shown = answer.get_json()["kept"]
    assert [row["what"] for row in shown] == [row.what for row in KEPT]
    assert {row["job"] for row in shown} - {None} <= {kind.name for kind in KINDS}
    assert all((row["seconds"] is None) == (row["job"] is None) for row in shown)
    refused = newsroom.client.get("/v1/admin/retention", headers=bearer(newsroom.moderator))
    assert refused.status_code == 403
