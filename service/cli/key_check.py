"""A look at the keys before processes are started that cannot do without them."""

from __future__ import annotations

import sys

from service.settings import Settings


def check_keys() -> None:
    """Inside a process of its own: ends it with 1, and a sentence that says what to do, when they cannot be read."""
    # Large; and the launcher, which names this function, stays small.
    from service.privacy.keyring import KeysError, load

    settings = Settings.from_environ()
    if not settings.production and not settings.keys_file.exists():
        return  # they are made
    try:
        load(settings.keys_file)
    except KeysError as problem:
        sys.stderr.write(f"belowline: {problem}\n")
        sys.exit(1)
