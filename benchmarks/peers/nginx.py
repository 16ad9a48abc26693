"""nginx serving the very bytes of one of our answers from a file: what the machine gives at most."""

from __future__ import annotations

import getpass
import gzip
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmarks.load import Request, Target
from benchmarks.peers import Missing
from benchmarks.processes import Program, answers, run, seconds_until
from tests.backing.ports import free_port

CONFIGURATION = """
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 4096; }}
http {{
  types {{ application/json json; }}
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=100;
  gzip_static on;
  {temporary}
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def temporary_paths(folder: Path) -> str:
    """Directives that keep nginx's temporary files in a folder of ours."""
    return " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in _TEMPORARY)


def user_directive(user: str) -> str:
    """The `user` directive, which only root may give."""
    return f"user {user};" if getpass.getuser() == "root" else ""


def require_nginx() -> None:
    """Raises Missing when there is none."""
    if shutil.which("nginx") is None:
        raise Missing("nginx is not installed: `apt-get install nginx`")


class Nginx:
    """Static files by name."""

    name = "nginx"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program: Program | None = None
        self._port = free_port()

    def version(self) -> str:
        done = run(["sh", "-c", "nginx -v 2>&1"])
        return done.strip().removeprefix("nginx version: ")

    def start(self, files: Mapping[str, bytes]) -> None:
        """Serves these bytes, with a gzip form beside each. Raises Missing or Failed."""
        require_nginx()
        place = self._folder / "files"
        place.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (place / name).write_bytes(content)
            (place / f"{name}.gz").write_bytes(gzip.compress(content, 6, mtime=0))
        configuration = CONFIGURATION.format(
            folder=self._folder,
            port=self._port,
            user=user_directive("www-data"),
            temporary=temporary_paths(self._folder),
        )
        (self._folder / "nginx.conf").write_text(configuration)
        self._program = Program(
            ["nginx", "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")],
            self._folder / "nginx.log",
        )
        seconds_until(lambda: answers(self._port, f"/{next(iter(files))}"), [self._program])

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()
            self._program = None

    def target(self) -> Target:
        return Target(self._port, [self._program.pid] if self._program else [])

    def file(self, name: str) -> Request:
        return Request(f"/{name}")
