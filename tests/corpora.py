"""Reads the shared hostile inputs; a test that needs them is skipped where the folder is absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "corpora"


def records(name: str) -> list[dict[str, Any]]:
    """All records of one file; `payload` is the hostile text."""
    path = FOLDER / f"{name}.jsonl"
    if not path.exists():
        pytest.skip(f"the shared corpus {path.name} is not on this machine")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def payloads(*names: str) -> list[str]:
    return [record["payload"] for name in names for record in records(name) if "payload" in record]
