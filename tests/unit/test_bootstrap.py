"""The script that makes the environment says what to do when it cannot."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "scripts" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk is full"),
        (
            "WARNING: Retrying: NewConnectionError('Temporary failure in name resolution')",
            "check the network",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
            "not the one that was pinned",
        ),
        ("ERROR: No matching distribution found for tink==1.16.1", "no ready-made wheel"),
        ("ERROR: something new", "something new"),
    ],
)
def test_a_failure_of_pip_becomes_one_sentence(bootstrap: ModuleType, log: str, sentence: str) -> None:
    assert sentence in bootstrap.advice(log)


def test_a_lost_network_is_not_mistaken_for_a_missing_wheel(bootstrap: ModuleType) -> None:
    log = "NewConnectionError\nERROR: No matching distribution found for flask==3.1.3"
    assert "check the network" in bootstrap.advice(log)


def test_a_python_that_is_too_old_can_read_the_script_that_says_so() -> None:
    ast.parse((ROOT / "scripts" / "bootstrap.py").read_text(), feature_version=(3, 7))


def test_an_old_python_is_told_so(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(bootstrap.CannotSetUp, match=r"too old: install Python 3\.11"):
        bootstrap.check_python()


def test_a_python_without_venv_is_told_which_package(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(bootstrap.CannotSetUp, match="apt-get install python3-venv"):
        bootstrap.check_python()


def test_a_disk_that_fills_up_is_one_sentence(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_requirements: Path) -> None:
        with Path("/dev/full").open("w") as file:
            file.write("x" * 100_000)

    monkeypatch.setattr(bootstrap, "set_up", full)
    assert bootstrap.main() == 1
    assert "belowline: the disk is full" in capsys.readouterr().err


def test_both_requirement_files_agree_on_every_version() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"(?m)^([A-Za-z0-9._-]+==[^ ]+)", (ROOT / name).read_text()))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_every_pin_has_a_hash() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = re.sub(r"\\\n", " ", (ROOT / name).read_text())
        for line in text.splitlines():
            if line and not line.lstrip().startswith("#"):
                assert "--hash=sha256:" in line, line
