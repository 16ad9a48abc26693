"""The committed files of the widget: small enough, true to their sources, named by their bytes."""

import filecmp
import gzip
import hashlib
import json
import os
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


@pytest.mark.usefixtures("node_modules")
def test_the_package_for_applications_packs_and_its_types_fit(tmp_path: Path) -> None:
    use = tmp_path / "use.ts"
    use.write_text(
        'import { counts, mount } from "belowline";\n'
        'const place = { service: "https://comments.news.example", site: "news" };\n'
        'const remove: () => void = await mount(document.body, { ...place, theme: "dark", lang: "ur" });\n'
        "remove();\n"
        "await counts(document, place);\n"
        'document.addEventListener("belowline:submitted", ({ detail }) => detail.status.toUpperCase());\n'
        "// @ts-expect-error: there is no such order\n"
        'void mount(document.body, { ...place, sort: "best" });\n'
        "export {};\n"
    )
    packed = subprocess.run(
        ["npm", "pack", "--json", "--pack-destination", str(tmp_path)],
        cwd=WIDGET / "npm",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    names = {file["path"] for file in json.loads(packed.stdout)[0]["files"]}
    assert names == {"package.json", "index.js", "index.d.ts"}
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "belowline").symlink_to(WIDGET / "npm")
    options = [
        "--noEmit",
        "--strict",
        "--target",
        "es2022",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
    ]
    done = subprocess.run(
        [WIDGET / "node_modules/.bin/tsc", *options, "--lib", "es2022,dom", use],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout


def build(out: Path, catalogues: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CATALOGUES": str(catalogues)}
    return subprocess.run(
        ["node", "build.mjs", out],
        cwd=WIDGET,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )


@pytest.fixture
def catalogues(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "service/i18n/catalogues", tmp_path / "catalogues"))


@pytest.mark.usefixtures("node_modules")
def test_a_text_that_is_missing_stops_the_build_and_is_named(tmp_path: Path, catalogues: Path) -> None:
    turkish = json.loads((catalogues / "tr.json").read_text(encoding="utf-8"))
    del turkish["news.approved"]
    turkish["thread.count"] = {"one": "{count} yorum"}
    (catalogues / "tr.json").write_text(json.dumps(turkish), encoding="utf-8")
    done = build(tmp_path / "out", catalogues)
    assert done.returncode != 0
    assert "tr: no text for news.approved" in done.stderr
    assert 'tr: thread.count has no form "other"' in done.stderr


@pytest.mark.usefixtures("node_modules")
def test_one_file_adds_a_language(tmp_path: Path, catalogues: Path) -> None:
    shutil.copy(catalogues / "en.json", catalogues / "de.json")
    done = build(tmp_path / "out", catalogues)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert {"widget-de.js", "extras-de.js", "work-de.js"} <= manifest.keys()
    assert manifest["widget-de.js"] in (tmp_path / "out/embed.js").read_text()
