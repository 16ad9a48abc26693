"""The committed scripts of the console: true to their sources, small, and without a way for text to become HTML."""

import filecmp
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from service.console.places import PLACES
from tests.unit.test_widget_files import node_modules

__all__ = ["node_modules"]

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "console"
STATIC = ROOT / "service/console/static"
PAGE_BUDGET_BYTES = 40_000
SOURCES = sorted((CONSOLE / "src").rglob("*.ts"))


def test_every_page_has_its_script_and_every_script_its_page() -> None:
    pages = {path.stem for path in (CONSOLE / "src/pages").glob("*.ts")}
    assert {path.stem for path in STATIC.glob("*.js")} == pages
    assert pages == {place.name for place in PLACES} | {"me"}


def test_no_page_loads_more_than_its_budget() -> None:
    assert {path.name for path in STATIC.glob("*.js") if path.stat().st_size > PAGE_BUDGET_BYTES} == set()


def test_the_scripts_know_no_dangerous_sink_and_no_other_host() -> None:
    sinks = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc|https?://"
    )
    assert [path.name for path in SOURCES if sinks.search(path.read_text(encoding="utf-8"))] == []


def test_the_style_names_no_other_host() -> None:
    assert "url(" not in (STATIC / "console.css").read_text(encoding="utf-8")


@pytest.mark.usefixtures("node_modules")
def test_the_sources_satisfy_the_strict_compiler() -> None:
    tsc = ROOT / "widget/node_modules/.bin/tsc"
    done = subprocess.run([tsc, "--noEmit"], cwd=CONSOLE, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


@pytest.mark.usefixtures("node_modules")
def test_a_build_gives_the_committed_bytes(tmp_path: Path) -> None:
    assert shutil.which("node")
    subprocess.run(["node", "build.mjs", tmp_path], cwd=CONSOLE, check=True, capture_output=True, timeout=120)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(path.name for path in STATIC.glob("*.js")), "run `npm run build` in console/"
    assert filecmp.cmpfiles(tmp_path, STATIC, names, shallow=False)[0] == names
