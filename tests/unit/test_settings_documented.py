"""docs/operating.md lists every setting, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from service.settings import ROWS, Settings

OPERATING = Path(__file__).resolve().parents[2] / "docs" / "operating.md"


def _documented() -> dict[str, str]:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$", OPERATING.read_text(), re.MULTILINE)
    return {variable: default for variable, default, _meaning in rows}


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    assert sorted(_documented()) == sorted(row.variable for row in ROWS.values())


def test_the_documented_defaults_are_the_real_ones() -> None:
    real = Settings()
    documented = _documented()
    for name, row in ROWS.items():
        value = getattr(real, name)
        if value is None or name == "instance_dir":
            continue  # worked out when it starts; the text says how
        text = {True: "on", False: "off", "": "none"}.get(value, str(value))
        assert documented[row.variable] == f"`{text}`", row.variable
