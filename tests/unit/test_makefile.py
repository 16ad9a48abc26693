"""The commands of the house are the ones that its pages promise."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_help_lists_every_command_that_people_use() -> None:
    text = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony is not None
    internal = {"python", "environment"}
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"(?m)^  make (\S+)", shown)) == set(phony.group(1).split()) - internal


@pytest.mark.parametrize("target", ["run", "test", "check"])
def test_a_missing_python_is_answered_with_what_to_install(target: str) -> None:
    done = subprocess.run(
        ["make", target, "PYTHON=no-such-python"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "no-such-python is not installed: on Debian or Ubuntu run `apt-get install python3" in done.stderr


def test_continuous_integration_runs_make_test_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["exec make test"]
