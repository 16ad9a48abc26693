"""WordPress's own comments from Debian's packages: nginx, PHP-FPM with its standard pool, MariaDB as it comes.

It runs from a copy with a configuration of its own; no service of the system is started or touched.
"""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from benchmarks import dataset
from benchmarks.dataset import Thread
from benchmarks.load import Request, Target, fetch
from benchmarks.peers import Missing
from benchmarks.peers.mariadb import MariaDB
from benchmarks.peers.nginx import temporary_paths, user_directive
from benchmarks.peers.wordpress_rows import sql_of
from benchmarks.processes import Failed, Program, answers, run, seconds_until
from tests.backing.ports import free_port

SOURCE: Final = Path("/usr/share/wordpress")
THEME: Final = "twentytwentythree"
PACKAGES: Final = (
    "wordpress",
    "wordpress-theme-twentytwentythree",
    "php-fpm",
    "php-mysql",
    "php-mbstring",
    "php-xml",
    "mariadb-server",
    "nginx-light",
)
KEYS: Final = ("AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY", "AUTH_SALT", "NONCE_SALT")
CONFIGURATION = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
{keys}
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
POOL = """
[global]
error_log = {folder}/fpm.log
daemonize = no
[www]
{user}
listen = {folder}/fpm.sock
pm = dynamic
pm.max_children = 5
pm.start_servers = 2
pm.min_spare_servers = 1
pm.max_spare_servers = 3
"""
SERVER = """
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.err; {user}
events {{ worker_connections 4096; }}
http {{
  include /etc/nginx/mime.types;
  access_log off; sendfile on; keepalive_requests 100000000; gzip on;
  {temporary}
  fastcgi_cache_path {folder}/cache keys_zone=pages:10m;
  set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;
  server {{
    listen 127.0.0.1:{port}; root {folder}/html; index index.php;
    location / {{ try_files $uri $uri/ /index.php?$args; }}
    location ~ \\.php$ {{
      include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_pass unix:{folder}/fpm.sock; fastcgi_buffers 64 64k; fastcgi_buffer_size 64k;
      {cache}
    }}
  }}
}}
"""
# A second, as our own answers may be late; readers meanwhile get the old page, and one request makes the new one.
PAGE_CACHE = """fastcgi_cache pages; fastcgi_cache_valid 200 1s; fastcgi_cache_key $request_method$request_uri;
      fastcgi_cache_use_stale updating; fastcgi_cache_lock on;
      fastcgi_ignore_headers Cache-Control Expires Set-Cookie;"""


class WordPress:
    """The whole page with its theme, as readers get it; `cached` puts nginx's page cache before it."""

    accepted = frozenset({302})
    written: Sequence[Thread] = dataset.SMALL

    def __init__(self, folder: Path, *, cached: bool = False) -> None:
        self.name = "wordpress-page-cache" if cached else "wordpress"
        self._folder = folder
        self._cached = cached
        self._port = free_port()
        self._mariadb = MariaDB(folder)
        self._programs: list[Program] = []

    def version(self) -> str:
        packages = ("wordpress", "php-fpm", "mariadb-server", "nginx-light")
        found = run(["dpkg-query", "-W", "-f", "${Package} ${Version}, ", *packages])
        return found.strip().rstrip(",") + (", page cache of 1 s" if self._cached else "")

    def prepare(self) -> None:
        """The one with the page cache starts with what the other one has prepared."""
        require_packages()
        if self._cached:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        run(["cp", "-rL", str(SOURCE), str(self._folder / "html")])
        keys = "\n".join(f"define('{key}', 'bench {key}');" for key in KEYS)
        (self._folder / "html/wp-config.php").write_text(
            CONFIGURATION.format(socket=self._mariadb.socket, keys=keys)
        )
        self._mariadb.create("wordpress")
        self._start("/wp-admin/install.php")
        try:
            self._install()
            self._mariadb.execute("wordpress", sql_of(dataset.ALL, self._port, THEME))
        finally:
            self.stop()
        self._mariadb.keep()

    def _install(self) -> None:
        asked = {"weblog_title": "bench", "user_name": "admin", "admin_email": "admin@news.example"}
        password = {"admin_password": "bench-password", "admin_password2": "bench-password", "pw_weak": "on"}
        form = urlencode({**asked, **password, "Submit": "Install"}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _, body = fetch(self._port, Request("/wp-admin/install.php?step=2", "POST", headers, form))
        if status != 200 or b"Success" not in body:
            raise Failed(f"WordPress did not install itself: {status} {body[-300:]!r}")

    def start(self) -> float:
        self._mariadb.reset()
        shutil.rmtree(self._folder / "cache", ignore_errors=True)
        return self._start(self.thread(dataset.TEN).path)

    def _start(self, path: str) -> float:
        """The time is without MariaDB's, which most sites have running already."""
        self._mariadb.start()
        self._write_configuration()
        configuration, pool = self._folder / "nginx.conf", self._folder / "fpm.conf"
        php = sorted(glob.glob("/usr/sbin/php-fpm[0-9]*"))[-1]
        fpm = Program([php, "-y", str(pool)], self._folder / "fpm.out")
        server = ["nginx", "-p", str(self._folder), "-c", str(configuration)]
        self._programs = [Program(server, self._folder / "nginx.out"), fpm]
        return seconds_until(lambda: answers(self._port, path), self._programs)

    def _write_configuration(self) -> None:
        owner = "user = www-data\ngroup = www-data\nlisten.owner = www-data" if os.geteuid() == 0 else ""
        (self._folder / "fpm.conf").write_text(POOL.format(folder=self._folder, user=owner))
        configuration = SERVER.format(
            folder=self._folder,
            port=self._port,
            user=user_directive("www-data"),
            temporary=temporary_paths(self._folder),
            cache=PAGE_CACHE if self._cached else "",
        )
        (self._folder / "nginx.conf").write_text(configuration)

    def stop(self) -> None:
        for program in self._programs:
            program.stop()
        self._programs = []
        self._mariadb.stop()

    def target(self) -> Target:
        return Target(self._port, [*(program.pid for program in self._programs), *self._mariadb.roots])

    def thread(self, thread: Thread) -> Request:
        return Request(f"/?p={_post_id(thread)}")

    def thread_json(self, thread: Thread) -> Request:
        """At most 100 comments, as its REST API gives them."""
        return Request(f"/index.php?rest_route=/wp/v2/comments&post={_post_id(thread)}&per_page=100")

    def counts(self, threads: Sequence[Thread]) -> Request:
        """The front page: it lists the posts, whose counts are columns of theirs."""
        return Request("/")

    def submission(self, thread: Thread, number: int) -> Request:
        entry = dataset.new_entry(number)
        sent = {
            "author": entry.name,
            "email": entry.email,
            "url": "",
            "comment": entry.body,
            "comment_parent": 0,
        }
        form = urlencode({**sent, "comment_post_ID": _post_id(thread), "submit": "Post Comment"}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers["X-Forwarded-For"] = dataset.reader_address(number)
        return Request("/wp-comments-post.php", "POST", headers, form)

    def stored(self) -> int:
        return int(self._mariadb.execute("wordpress", "SELECT count(*) FROM wp_comments"))


def _post_id(thread: Thread) -> int:
    return 100 + dataset.ALL.index(thread)


def require_packages() -> None:
    """Raises Missing, naming what to install."""
    there = SOURCE.is_dir() and glob.glob("/usr/sbin/php-fpm[0-9]*") and shutil.which("mariadbd")
    if not there or shutil.which("nginx") is None:
        raise Missing(f"WordPress needs Debian's packages: `apt-get install {' '.join(PACKAGES)}`")
