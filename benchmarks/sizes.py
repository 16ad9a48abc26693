"""What this widget and its peers have a reader load: python -m benchmarks.sizes FOLDER-OF-PACKAGES."""

from __future__ import annotations

import gzip
import json
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import brotli

STATIC = Path(__file__).parents[1] / "service/widget/static"
#: Package file name -> what is shown, and the files of it that a page with a thread loads.
PEERS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "artalk-*.tgz": (
        ("Artalk", ("dist/Artalk.js", "dist/Artalk.css")),
        ("Artalk Lite", ("dist/ArtalkLite.js", "dist/ArtalkLite.css")),
    ),
    "waline-client-*.tgz": (("Waline", ("dist/waline.js", "dist/waline.css")),),
    "twikoo-*.tgz": (("Twikoo", ("dist/twikoo.min.js",)),),
    "isso-*.tar.gz": (("Isso", ("isso/js/embed.min.js", "isso/css/isso.css")),),
}
HEAD = """# What readers load

Bytes of script, style and texts, without the comments themselves. `make sizes` makes this table: it takes the peers'
packages from their registries, measures the files that their own instructions have a page load, and keeps none of them.

| widget | version | files | raw | gzip -9 | brotli -11 |
|---|---|---|---|---|---|"""


@dataclass(frozen=True)
class Size:
    """One row; sizes in bytes."""

    name: str
    version: str
    bodies: tuple[bytes, ...]

    def row(self) -> str:
        raw = sum(map(len, self.bodies))
        zipped = sum(len(gzip.compress(body, 9, mtime=0)) for body in self.bodies)
        brotlied = sum(len(brotli.compress(body, quality=11)) for body in self.bodies)
        return f"| {self.name} | {self.version} | {len(self.bodies)} | {raw:,} | {zipped:,} | {brotlied:,} |"


def own() -> list[Size]:
    """Ours, of the language that is largest."""
    manifest: dict[str, str] = json.loads((STATIC / "manifest.json").read_text())

    def files(*names: str) -> tuple[bytes, ...]:
        return tuple((STATIC / manifest.get(name, name)).read_bytes() for name in names)

    first = ("embed.js", "widget-ur.js")
    return [
        Size("**Belowline**, until comments show (Urdu, the largest)", "this one", files(*first)),
        Size("**Belowline**, with all that comes after it", "this one", files(*first, "extras-ur.js")),
        Size(
            "**Belowline**, when work is asked for too",
            "this one",
            files(*first, "extras-ur.js", "work-ur.js"),
        ),
    ]


def of_package(path: Path, name: str, files: tuple[str, ...]) -> Size:
    """A peer's, from its package. Raises KeyError when a file is not in it."""
    with tarfile.open(path) as package:
        names = {member.partition("/")[2]: member for member in package.getnames()}
        found = [package.extractfile(names[file]) for file in files]
        bodies = tuple(one.read() for one in found if one is not None)
    version = path.name.removesuffix(".tar.gz").removesuffix(".tgz").rpartition("-")[2]
    return Size(name, version, bodies)


def main(folder: Path) -> None:
    """Prints the table."""
    sizes = own()
    for pattern, sets in PEERS.items():
        for path in sorted(folder.glob(pattern)):
            sizes += [of_package(path, name, files) for name, files in sets]
    print(HEAD)
    print("\n".join(size.row() for size in sizes))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
