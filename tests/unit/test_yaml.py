"""The YAML that is written is read as what was meant, by a parser of another hand."""

from __future__ import annotations

from typing import Any

import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from service.web import yaml

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\u2028\u2029\x85")),
    st.sampled_from(
        [
            "on",
            "No",
            "null",
            "~",
            "1.0",
            "0x1",
            "1:20",
            "2026-03-07",
            "<<",
            "=",
            "- a",
            "a: b",
            "a #b",
            " a ",
            "",
        ]
    ),
)
SCALARS = st.one_of(TEXTS, st.integers(), st.booleans(), st.none(), st.floats(-1e9, 1e9, width=32))
DOCUMENTS = st.dictionaries(
    TEXTS,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=4,
)


@given(DOCUMENTS.filter(bool))
def test_what_is_written_is_read_back(document: dict[str, Any]) -> None:
    assert pyyaml.safe_load(yaml.dump(document)) == document


def test_the_text_is_made_for_reading() -> None:
    document = {
        "openapi": "3.1.0",
        "paths": {"/v1/a/{id}": {"get": {"tags": ["Reading", "on"], "parameters": []}}},
    }
    assert yaml.dump(document) == (
        'openapi: "3.1.0"\n'
        "paths:\n"
        "  /v1/a/{id}:\n"
        "    get:\n"
        "      tags:\n"
        "        - Reading\n"
        '        - "on"\n'
        "      parameters: []\n"
    )


def test_a_list_of_mappings_and_lists_keeps_its_shape() -> None:
    document = {"a": [{"b": 1, "c": [1, {"d": []}]}, [2, [3]], {}]}
    assert pyyaml.safe_load(yaml.dump(document)) == document
