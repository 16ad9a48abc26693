"""The committed files of the widget: small enough, true to their sources, named by their bytes."""

import filecmp
import gzip
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from service.i18n import LANGUAGES

ROOT = Path(__file__).parents[2]
WIDGET = ROOT / "widget"
STATIC = ROOT / "service/widget/static"
LOADER_BUDGET_BYTES = 1_500
FIRST_VIEW_BUDGET_BYTES = 12_000
EXTRAS_BUDGET_BYTES = 9_000
MANIFEST: dict[str, str] = json.loads((STATIC / "manifest.json").read_text())


def gzipped(name: str) -> int:
    return len(gzip.compress((STATIC / name).read_bytes(), 9, mtime=0))


@pytest.mark.parametrize("name", ["embed.js", "embed.mjs"])
def test_the_loader_stays_within_its_budget(name: str) -> None:
    assert gzipped(name) <= LOADER_BUDGET_BYTES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_that_a_first_view_needs_stays_within_its_budget(lang: str) -> None:
    assert gzipped("embed.js") + gzipped(MANIFEST[f"widget-{lang}.js"]) <= FIRST_VIEW_BUDGET_BYTES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_comes_after_the_first_view_stays_small_too(lang: str) -> None:
    assert gzipped(MANIFEST[f"extras-{lang}.js"]) <= EXTRAS_BUDGET_BYTES


def test_every_name_is_made_from_the_bytes_of_its_file() -> None:
    for logical, name in MANIFEST.items():
        stem, suffix = logical.rsplit(".", 1)
        digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
        assert name == f"{stem}.{digest[:12]}.{suffix}"


def test_nothing_else_lies_between_the_files() -> None:
    assert {path.name for path in STATIC.iterdir()} == {
        *MANIFEST.values(),
        "embed.js",
        "embed.mjs",
        "manifest.json",
    }


def test_the_guide_names_every_colour_and_part_that_a_page_can_set() -> None:
    guide = (ROOT / "docs/embedding.md").read_text(encoding="utf-8")
    style = (WIDGET / "src/style.css").read_text(encoding="utf-8")
    script = "".join(path.read_text(encoding="utf-8") for path in (WIDGET / "src").glob("*.ts"))
    properties = re.compile(r"--belowline-[a-z-]+")
    assert set(properties.findall(guide)) == set(properties.findall(style))
    listed = re.search(r"`belowline-thread::part\(…\)`: ([^.]*)\.", guide)
    assert listed is not None
    assert set(re.findall(r"`(\w+)`", listed[1])) == set(re.findall(r'part: "(\w+)"', script))


def test_the_files_name_no_other_host() -> None:
    for path in STATIC.iterdir():
        found = re.findall(r"https?://[\w.-]+", path.read_text(encoding="utf-8"))
        assert set(found) <= {"http://www.w3.org"}, path.name


def test_the_script_knows_no_dangerous_sink_but_the_one_behind_the_policy() -> None:
    sources = {path.name: path.read_text(encoding="utf-8") for path in (WIDGET / "src").glob("*.ts")}
    sinks = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc")
    assert {name: sinks.findall(text) for name, text in sources.items() if sinks.search(text)} == {
        "markup.ts": ["innerHTML"]
    }
    assert not any(re.search(r"window\.name|document\.referrer", text) for text in sources.values())


@pytest.fixture(scope="module")
def node_modules() -> None:
    if shutil.which("npm") is None:
        pytest.skip("node is not installed: the committed files are taken as they are")
    if not (WIDGET / "node_modules/.bin/tsc").exists():
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund"], cwd=WIDGET, capture_output=True, text=True, timeout=300
        )
        if done.returncode:
            pytest.skip(f"npm ci did not succeed: {done.stderr[-300:]}")


@pytest.mark.usefixtures("node_modules")
def test_the_sources_satisfy_the_strict_compiler() -> None:
    done = subprocess.run(
        ["node_modules/.bin/tsc", "--noEmit"], cwd=WIDGET, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.usefixtures("node_modules")
def test_a_build_gives_the_committed_bytes(tmp_path: Path) -> None:
    subprocess.run(["node", "build.mjs", tmp_path], cwd=WIDGET, check=True, capture_output=True, timeout=120)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(path.name for path in STATIC.iterdir()), "run `npm run build` in widget/"
    assert filecmp.cmpfiles(tmp_path, STATIC, names, shallow=False)[0] == names
