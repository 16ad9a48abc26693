"""What is hashed does not depend on which database kept it."""

from __future__ import annotations

import pytest

from service.domain.canonical import canonical
from service.domain.ids import id_floor, new_id
from service.domain.status import Status


def test_the_order_of_members_does_not_matter() -> None:
    assert canonical({"a": 1, "b": {"d": [1], "c": None}}) == canonical({"b": {"c": None, "d": [1]}, "a": 1})


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (0.0, -0.0), (1e22, 10**22), (Status.SPAM, "spam")])
def test_the_same_value_is_the_same_text(one: object, other: object) -> None:
    assert canonical({"x": one}) == canonical({"x": other})


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), ("1", 1), ("", None), (0.1, 0.10000000000000002), ([1, 2], [2, 1])]
)
def test_different_values_are_different_texts(one: object, other: object) -> None:
    assert canonical({"x": one}) != canonical({"x": other})


def test_a_floor_sorts_before_the_ids_of_its_moment() -> None:
    from datetime import timedelta

    from service import clock

    before = clock.now()
    made = new_id()
    assert id_floor(before - timedelta(milliseconds=2)) <= made < id_floor(before + timedelta(minutes=1))
    assert len(id_floor(before)) == len(made) == 32
