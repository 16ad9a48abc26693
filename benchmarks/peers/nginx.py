"""nginx: the bytes of one of our answers from a file, which is the most that the machine gives; and as our proxy."""

from __future__ import annotations

import getpass
import gzip
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

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


PROXY: Final = """
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; {temporary}
  open_file_cache max=1000 inactive=10s;
  {server}
}}
"""
_TEMPLATE: Final = Path(__file__).resolve().parents[2] / "deploy" / "templates" / "belowline.conf.template"


class Proxy:
    """The proxy of docker-compose.yml before a service on this machine, with its cache of a second."""

    name = "belowline-behind-its-proxy"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program: Program | None = None
        self._port = free_port()

    def start(self, service: Target) -> None:
        """Stands before the service from now on. Raises Missing or Failed."""
        require_nginx()
        self._folder.mkdir(parents=True, exist_ok=True)
        server = _TEMPLATE.read_text()
        for name, here in {
            "${BELOWLINE_TLS_PROXY}": "127.0.0.2",
            "web:8000": f"127.0.0.1:{service.port}",
            "listen 8080": f"listen 127.0.0.1:{self._port}",
            "/tmp/pages": f"{self._folder}/pages",  # noqa: S108 - the container's
        }.items():
            server = server.replace(name, here)
        configuration = PROXY.format(
            folder=self._folder,
            user=user_directive("www-data"),
            temporary=temporary_paths(self._folder),
            server=server,
        )
        (self._folder / "nginx.conf").write_text(configuration)
        command = ["nginx", "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]
        self._program = Program(command, self._folder / "nginx.log")
        self._behind = service
        seconds_until(lambda: answers(self._port, "/proxy-health"), [self._program])

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()
            self._program = None

    def target(self) -> Target:
        """Its processes and those of the service: both take part in an answer."""
        return Target(self._port, [*([self._program.pid] if self._program else []), *self._behind.roots])
