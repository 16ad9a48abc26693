"""Everything from the settings to the end of serving: sets up, starts the embedded Valkey, serves."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys

from service.cli.embedded_valkey import EmbeddedValkey, binary
from service.cli.key_check import check_keys
from service.cli.machine import CannotStart, check_folder, check_port, open_files, worker_count
from service.cli.saying import say
from service.cli.serving import OPEN_FILES, Plan, serve
from service.cli.template import Template, command
from service.settings import Settings, SettingsError
from service.storage.quick_look import is_ready


def launch(template: Template, *, reload: bool) -> int:
    """Serves; returns the exit status: 0 after a clean stop, 1 when it could not start."""
    valkey = None
    signal.signal(signal.SIGTERM, _stop_early)
    try:
        settings = Settings.from_environ()
        check_folder(settings.instance_dir, "BELOWLINE_INSTANCE_DIR")
        check_port(settings.host, settings.port)
        valkey = _embedded_valkey(settings)
        open_files(OPEN_FILES)
        if valkey is not None:
            os.environ["REDIS_URL"] = valkey.url
            valkey.start()
        plan = Plan(settings, _workers(settings, valkey), template, reload)
        _set_up(settings, template)
        serve(plan)
    except (SettingsError, CannotStart) as problem:
        sys.stderr.write(f"belowline: {problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if valkey is not None:
            valkey.stop()
    return 0


def _stop_early(_number: int, _frame: object) -> None:
    """Until the server has its own handlers; the first process of a container would else ignore it."""
    raise KeyboardInterrupt


def _embedded_valkey(settings: Settings) -> EmbeddedValkey | None:
    if settings.redis_url is not None:
        return None
    program = binary()
    if program is None:
        say(
            "no embedded Valkey for this platform and no REDIS_URL: one serving process keeps the rate limits"
        )
        return None
    return EmbeddedValkey(program, say)


def _workers(settings: Settings, valkey: EmbeddedValkey | None) -> int:
    shared_limits = settings.redis_url is not None or valkey is not None
    if settings.workers is None:
        return worker_count() if shared_limits else 1
    if settings.workers > 1 and not shared_limits:
        say(f"each of the {settings.workers} serving processes counts rate limits for itself")
    return settings.workers


def _set_up(settings: Settings, template: Template) -> None:
    """Migrates, and makes the demo, in a process of its own: this one stays small. Raises CannotStart."""
    if _is_set_up(settings):
        say("the database is up to date")
        setup = template.process("belowline-setup", check_keys)
    else:
        say("bringing the database up to date")
        setup = template.process("belowline-setup", command, "setup")
    setup.start()
    setup.join()
    if setup.exitcode != 0:
        raise CannotStart("the service was not set up, for the reason above")


def _is_set_up(settings: Settings) -> bool:
    """Whether that can be seen at a glance: an SQLite file that was served before, with the demo where there is one."""
    if settings.database_url is not None:
        return False
    try:
        shown = [] if settings.production or not settings.demo else _demo_tokens(settings)
    except (OSError, ValueError, TypeError, KeyError):
        return False
    digests = [hashlib.sha256(token.encode()).hexdigest() for token in shown]
    return is_ready(settings.instance_dir / "belowline.db", digests)


def _demo_tokens(settings: Settings) -> list[str]:
    kept = json.loads((settings.instance_dir / "demo-credentials.json").read_text())
    return [kept["moderator_token"], kept["admin_token"]]
