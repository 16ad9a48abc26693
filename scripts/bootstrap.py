"""Makes .venv from the pinned requirements, before anything but a bare Python is there.

Usage: python3 scripts/bootstrap.py [requirements.txt | requirements-dev.txt]
It returns at once when the environment already has what the file asks for. Plain standard library, and syntax
that an old Python can read, so that an old Python can be told it is too old.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

OLDEST = (3, 11)
VERSION = "{}.{}".format(*sys.version_info[:2])
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "belowline-requirements.json"
PIP_LOG = VENV / "belowline-pip.log"

DISK_FULL = "the disk is full: free about 400 MB and run it again."

# What pip says -> what to do about it. The first that matches is shown.
ADVICE = (
    (
        r"No space left on device",
        DISK_FULL,
    ),
    (
        r"NewConnectionError|ConnectTimeout|ReadTimeout|Temporary failure in name resolution|ProxyError"
        r"|Network is unreachable|Connection refused|Max retries exceeded|ConnectionResetError|SSLError",
        "the package index could not be reached: check the network, or point PIP_INDEX_URL (and PIP_PROXY, "
        "PIP_CERT) at an index that this machine can reach, and run it again.",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "a downloaded package is not the one that was pinned: run it again; if it stays, the index or a "
        "proxy in between serves altered files.",
    ),
    (
        r"No matching distribution found|Could not find a version",
        "the index has no ready-made wheel of a package for this platform and Python: use Linux on x86_64 or "
        "aarch64 (glibc 2.28 or newer) with Python 3.11 to 3.13.",
    ),
)


class CannotSetUp(Exception):
    """The one sentence that says what is wrong and what to do."""


def say(text: str) -> None:
    print("==> " + text, flush=True)


def check_python() -> None:
    if sys.version_info < OLDEST:
        raise CannotSetUp(
            f"Python {VERSION} is too old: install Python 3.11 or newer, "
            "or name one with PYTHON=/path/to/python3.11."
        )
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise CannotSetUp(
            "this Python has no venv module: on Debian or Ubuntu run `apt-get install python3-venv`, "
            "then run it again."
        )
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        raise CannotSetUp(
            "this is a free-threaded Python: name an ordinary one with PYTHON=/path/to/python3."
        )


def wanted(requirements: Path) -> dict[str, str]:
    """The stamp of an environment with this file installed; the development file contains the other one."""
    files = [requirements]
    if requirements.name == "requirements-dev.txt":
        files.append(ROOT / "requirements.txt")
    stamp = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    stamp["python"] = VERSION
    return stamp


def installed() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def works() -> bool:
    """Whether .venv has a Python of our version that finds pip; a moved or half-made one does not."""
    python = VENV / "bin" / "python"
    if not python.exists():
        return False
    code = "import sys, pip; print('%d.%d' % sys.version_info[:2]); print(sys.prefix)"
    try:
        answer = subprocess.run(
            [str(python), "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        return False
    return answer[:2] == [VERSION, str(VENV)]


def make_venv() -> None:
    say(f"making the virtual environment .venv with Python {VERSION}")
    if VENV.exists():
        shutil.rmtree(VENV)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        if "ensurepip" in made.stdout + made.stderr:
            raise CannotSetUp(
                "the venv module is incomplete: run `apt-get install python3-venv`, then run it again."
            )
        last = (made.stderr or made.stdout).strip().splitlines()[-1:]
        raise CannotSetUp("the virtual environment could not be made: " + "".join(last))


def pip_command(requirements: Path) -> list[str]:
    options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--retries", "3"]
    return [
        str(VENV / "bin" / "python"),
        *("-m", "pip", "install", *options),
        *("--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", str(requirements)),
    ]


def count_pins(requirements: Path) -> int:
    return len(re.findall(r"(?m)^[A-Za-z0-9][A-Za-z0-9._-]*(\[[^]]*\])?==", requirements.read_text()))


def show(number: int, total: int, name: str) -> None:
    """One line that moves on a terminal, a line for each tenth package elsewhere."""
    if sys.stdout.isatty():
        print(f"\r\033[K    {number} of {total}  {name}", end="", flush=True)
    elif number % 10 == 0:
        print(f"    {number} of {total} packages, now {name}", flush=True)


def install(requirements: Path) -> None:
    total = count_pins(requirements)
    say(f"installing {total} pinned packages of {requirements.name}, each checked against its hash")
    began = time.monotonic()
    number = 0
    with PIP_LOG.open("w") as log:
        pip = subprocess.Popen(
            pip_command(requirements),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        for line in pip.stdout or ():
            log.write(line)
            started = re.match(r"(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)", line)
            if started:
                number += 1
                show(number, total, started.group(1))
            elif line.startswith("Installing collected packages"):
                show(total, total, "unpacking")
        pip.wait()
    if sys.stdout.isatty():
        print(flush=True)
    if pip.returncode != 0:
        raise CannotSetUp(advice(PIP_LOG.read_text(errors="replace")))
    say(f"installed in {time.monotonic() - began:.0f} s")


def compile_service() -> None:
    """So that already the first start need not; without it the service starts all the same."""
    command = [str(VENV / "bin" / "python"), "-m", "compileall", "-q", str(ROOT / "service")]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def advice(log: str) -> str:
    for pattern, sentence in ADVICE:
        if re.search(pattern, log):
            return sentence
    errors = [line for line in log.splitlines() if line.startswith("ERROR")] or log.strip().splitlines()[-1:]
    return f"pip failed, its whole output is in {PIP_LOG.relative_to(ROOT)}: {' '.join(errors[:2])}"


def set_up(requirements: Path) -> None:
    check_python()
    if not os.access(ROOT, os.W_OK):
        raise CannotSetUp(f"the folder {ROOT} is not writable: make it yours, or clone it somewhere that is.")
    # two `make` at once: the second waits here and then finds everything done
    with requirements.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = wanted(requirements)
        if stamp.items() <= installed().items() and (VENV / "bin" / "python").exists():
            return
        if not works():
            make_venv()
        install(requirements)
        compile_service()
        STAMP.write_text(json.dumps(stamp, indent=1))


def main() -> int:
    try:
        set_up(ROOT / (sys.argv[1] if len(sys.argv) > 1 else "requirements.txt"))
    except CannotSetUp as problem:
        print(f"belowline: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        place = f" ({problem.filename})" if problem.filename else ""
        sentence = DISK_FULL if problem.errno == errno.ENOSPC else f"{problem.strerror}{place}."
        print(f"belowline: {sentence}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
