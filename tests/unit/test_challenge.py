"""How much speaks for asking for work, on both sides of each threshold; and keys that changed meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from altcha import v2

from service.domain.challenge import Binding, Level, Pressure
from service.domain.errors import TextProblem
from service.privacy.challenges import Challenges


@pytest.mark.parametrize(
    ("pressure", "level"),
    [
        (Pressure(0.0), None),
        (Pressure(0.49), None),
        (Pressure(0.5), Level.LOW),
        (Pressure(0.89), Level.LOW),
        (Pressure(0.9), Level.MEDIUM),
        (Pressure(flooded=True), Level.LOW),
        (Pressure(tripped=True), Level.LOW),
        (Pressure(0.5, flooded=True), Level.MEDIUM),
        (Pressure(flooded=True, tripped=True), Level.MEDIUM),
        (Pressure(0.95, flooded=True, tripped=True), Level.HIGH),
    ],
)
def test_the_level_of_a_pressure(pressure: Pressure, level: Level | None) -> None:
    assert pressure.level is level


def _keys(*signing: bytes) -> Any:
    return SimpleNamespace(signing=signing)


def _solved(challenge: dict[str, Any]) -> str:
    read = v2.Challenge.from_dict(challenge)
    solution = v2.solve_challenge(read)
    assert solution
    return str(v2.Payload(read, solution).to_base64())


def test_a_challenge_outlives_a_rotation_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.privacy.challenges.ITERATIONS", 10)
    now = datetime.now(UTC)
    solution = _solved(Challenges(_keys(b"old")).issue(Binding("demo", "page"), Level.LOW, now))
    assert Challenges(_keys(b"old", b"new")).read(solution, now).bound == Binding("demo", "page")
    with pytest.raises(TextProblem, match="of ours"):
        Challenges(_keys(b"new")).read(solution, now)
