"""Every setting of the service, read once from the environment; a bad one stops the start with its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from service import redis_address, smtp_address
from service.domain.email import parse_email
from service.domain.errors import TextProblem


class SettingsError(Exception):
    """A setting that cannot be used; the text names it and says what is allowed."""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Policy(StrEnum):
    """What happens to a new comment that no signal speaks against."""

    HOLD_ALL = "hold_all"
    HOLD_NEW_AUTHORS = "hold_new_authors"
    HOLD_SIGNALS = "hold_signals"
    PUBLISH_ALL = "publish_all"


@dataclass(frozen=True)
class Row:
    """One setting: its variable, how its text becomes a value, and what it is for (docs/operating.md)."""

    variable: str
    parse: Callable[[str], Any]
    meaning: str


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return number

    parse.__doc__ = f"a whole number from {low} to {high}"
    return parse


def _on_off(text: str) -> bool:
    """`on` or `off`"""
    if text not in ("on", "off"):
        raise ValueError
    return text == "on"


def _path(text: str) -> Path:
    """a path"""
    return Path(text).resolve()


def _text(text: str) -> str:
    """text"""
    return text


def _origin(text: str) -> str:
    """an absolute http(s) URL without a query, such as https://comments.news.example"""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    return text.rstrip("/")


def _loopbacks(text: str) -> tuple[IPv4Address | IPv6Address, ...]:
    """addresses of this machine, such as 127.0.0.1, comma-separated"""
    found = tuple(ip_address(part.strip()) for part in text.split(","))
    if not all(address.is_loopback for address in found):
        raise ValueError
    return found


def _mailbox(text: str) -> str:
    """an email address alone, such as comments@news.example"""
    try:
        return parse_email(text).normalized
    except TextProblem as error:
        raise ValueError from error


def _setting(variable: str, parse: Callable[[str], Any], meaning: str, default: Any) -> Any:
    return field(default=default, metadata={"row": Row(variable, parse, meaning)})


@dataclass(frozen=True)
class Settings:
    """The settings in force. Make one with `from_environ`, or directly in tests."""

    env: Environment = _setting(
        "BELOWLINE_ENV", Environment, "`development` or `production`", Environment.DEVELOPMENT
    )
    host: str = _setting("HOST", _text, "address to listen on", "127.0.0.1")
    port: int = _setting("PORT", _whole(1, 65535), "port to listen on", 8000)
    public_url: str | None = _setting(
        "BELOWLINE_PUBLIC_URL",
        _origin,
        "where readers reach the service; default: what the request says",
        None,
    )
    instance_dir: Path = _setting(
        "BELOWLINE_INSTANCE_DIR",
        _path,
        "folder for the SQLite file, keys and credentials",
        Path("instance").resolve(),
    )
    database_url: str | None = _setting(
        "DATABASE_URL",
        _text,
        "`postgresql://…` or `sqlite:///…`; default: SQLite in the instance folder",
        None,
    )
    database_password_file: Path | None = _setting(
        "BELOWLINE_DATABASE_PASSWORD_FILE",
        _path,
        "file whose text becomes the password in DATABASE_URL",
        None,
    )
    database_replica_url: str | None = _setting(
        "BELOWLINE_DATABASE_REPLICA_URL",
        _text,
        "`postgresql://…` of a streaming replica that readers are answered from; default: none",
        None,
    )
    redis_url: str | None = _setting(
        "REDIS_URL",
        _text,
        "`redis://…`, `unix://…`, `redis+cluster://…` or `redis+sentinel://…`; default: the launcher's own Valkey",
        None,
    )
    secret_keys_file: Path | None = _setting(
        "SECRET_KEYS_FILE",
        _path,
        "the keyset; made in the instance folder in development, required in production",
        None,
    )
    trusted_proxies: str = _setting(
        "TRUSTED_PROXIES",
        _text,
        "addresses or networks whose X-Forwarded-For is believed, comma-separated",
        "",
    )
    limits_on: bool = _setting(
        "BELOWLINE_LIMITS",
        _on_off,
        "`off` switches rate limits off, for benchmarks; refused in production",
        True,
    )
    policy: Policy = _setting("BELOWLINE_POLICY", Policy, "policy of new sites", Policy.HOLD_ALL)
    demo_on: bool | None = _setting(
        "BELOWLINE_DEMO", _on_off, "serve /demo; default: on in development, off in production", None
    )
    metrics_on: bool = _setting("BELOWLINE_METRICS", _on_off, "serve /metrics on the public port", False)
    jobs_on: bool | None = _setting(
        "BELOWLINE_JOBS",
        _on_off,
        "start a jobs worker with the server; default: on in development, off in production",
        None,
    )
    workers: int | None = _setting(
        "BELOWLINE_WORKERS", _whole(1, 64), "serving processes; default: chosen from the machine", None
    )
    threads: int = _setting("BELOWLINE_THREADS", _whole(1, 512), "threads of each serving process", 64)
    outbound_allow: tuple[IPv4Address | IPv6Address, ...] | None = _setting(
        "BELOWLINE_OUTBOUND_ALLOW",
        _loopbacks,
        "addresses of this machine that webhooks may reach, for development and tests; refused in production",
        None,
    )
    edit_window_seconds: int = _setting(
        "BELOWLINE_EDIT_WINDOW_SECONDS",
        _whole(0, 86_400),
        "how long authors may edit and delete, for new sites",
        900,
    )
    undo_window_seconds: int = _setting(
        "BELOWLINE_UNDO_WINDOW_SECONDS", _whole(0, 86_400), "how long a decision can be undone", 600
    )
    smtp_url: str | None = _setting(
        "BELOWLINE_SMTP_URL",
        _text,
        "`smtps://user@host`, `smtp://user@host` (STARTTLS) or `smtp+plain://host`; default: no mail is sent",
        None,
    )
    smtp_password_file: Path | None = _setting(
        "BELOWLINE_SMTP_PASSWORD_FILE",
        _path,
        "file whose text is the password in BELOWLINE_SMTP_URL",
        None,
    )
    mail_from: str | None = _setting(
        "BELOWLINE_MAIL_FROM",
        _mailbox,
        "the address that mail comes from; needed with BELOWLINE_SMTP_URL",
        None,
    )
    mail_digest_minutes: int = _setting(
        "BELOWLINE_MAIL_DIGEST_MINUTES",
        _whole(0, 1440),
        "at most one mail with news of their comments to an author in this time",
        15,
    )
    cache_mib: int = _setting(
        "BELOWLINE_CACHE_MIB", _whole(1, 4096), "prepared pages kept in memory, per process", 32
    )
    cache_check_milliseconds: int = _setting(
        "BELOWLINE_CACHE_CHECK_MILLISECONDS",
        _whole(0, 1000),
        "how long prepared bytes are served before their version is looked at again",
        200,
    )

    @property
    def production(self) -> bool:
        return self.env is Environment.PRODUCTION

    @property
    def demo(self) -> bool:
        return not self.production if self.demo_on is None else self.demo_on

    @property
    def jobs(self) -> bool:
        return not self.production if self.jobs_on is None else self.jobs_on

    @property
    def mails(self) -> bool:
        """Whether mail is sent at all."""
        return self.smtp_url is not None

    @property
    def link_base(self) -> str:
        """The service's own address, without a slash at its end, for links that no request is there for."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def keys_file(self) -> Path:
        return self.secret_keys_file or self.instance_dir / "secret-keys.json"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings of `environ` (default: the process's). Raises SettingsError, naming the variable."""
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        for name, row in ROWS.items():
            text = environ.get(row.variable, "")
            if text != "":
                values[name] = _parsed(row, text)
        settings = cls(**values)
        _check_together(settings)
        return settings


def _parsed(row: Row, text: str) -> Any:
    try:
        return row.parse(text)
    except ValueError:
        allowed = (
            " or ".join(f"`{member.value}`" for member in row.parse)
            if isinstance(row.parse, type) and issubclass(row.parse, StrEnum)
            else row.parse.__doc__
        )
        raise SettingsError(f"{row.variable} is {text!r}; it must be {allowed}") from None


def _check_together(settings: Settings) -> None:
    if settings.production and not settings.limits_on:
        raise SettingsError(
            "BELOWLINE_LIMITS=off is refused in production: remove it, or set BELOWLINE_ENV=development"
        )
    if settings.production and settings.outbound_allow:
        raise SettingsError("BELOWLINE_OUTBOUND_ALLOW is refused in production: remove it")
    if settings.production and settings.secret_keys_file is None:
        raise SettingsError(
            "SECRET_KEYS_FILE is not set: production needs a keyset file; "
            "make one with `flask --app service keys create FILE`"
        )
    url = settings.database_url
    if url is not None and not url.startswith(("postgresql://", "postgresql+psycopg://", "sqlite:///")):
        raise SettingsError("DATABASE_URL must start with postgresql:// or sqlite:///")
    if settings.database_replica_url is not None:
        _check_replica(settings.database_replica_url, url)
    _check_mail(settings)
    if settings.redis_url is not None:
        try:
            redis_address.parse(settings.redis_url)
        except ValueError as error:
            raise SettingsError(f"REDIS_URL {error}") from None


def _check_mail(settings: Settings) -> None:
    if settings.smtp_url is None:
        return
    try:
        smtp_address.parse(settings.smtp_url)
    except ValueError as error:
        raise SettingsError(f"BELOWLINE_SMTP_URL {error}") from None
    if settings.mail_from is None:
        raise SettingsError("BELOWLINE_SMTP_URL needs BELOWLINE_MAIL_FROM, the address that mail comes from")
    if settings.production and settings.public_url is None:
        raise SettingsError("BELOWLINE_SMTP_URL needs BELOWLINE_PUBLIC_URL: links in mails begin with it")


def _check_replica(replica: str, primary: str | None) -> None:
    schemes = ("postgresql://", "postgresql+psycopg://")
    if not replica.startswith(schemes):
        raise SettingsError("BELOWLINE_DATABASE_REPLICA_URL must start with postgresql://")
    if primary is None or not primary.startswith(schemes):
        raise SettingsError("BELOWLINE_DATABASE_REPLICA_URL needs a DATABASE_URL that is PostgreSQL too")


ROWS: dict[str, Row] = {name: spec.metadata["row"] for name, spec in Settings.__dataclass_fields__.items()}
