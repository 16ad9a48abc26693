"""An environment of Python of its own for what is measured, without the packages of this project's development."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from benchmarks.peers import Missing
from benchmarks.processes import Failed, run


def environment(folder: Path, requirements: Path) -> Path:
    """The folder of its programs; made where it is not there with just these packages. Raises Missing."""
    wanted = requirements.read_text()
    stamp = folder / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        try:
            run([sys.executable, "-m", "venv", str(folder)])
            install = ["install", "--quiet", "--require-hashes", "-r", str(requirements)]
            run([str(folder / "bin/pip"), *install])
        except Failed as failed:
            raise Missing(f"packages could not be installed from the package index: {failed}") from failed
        stamp.write_text(wanted)
    return folder / "bin"
