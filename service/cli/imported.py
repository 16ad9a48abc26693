"""Imports all that serving and working processes need; what is here before the fork is in memory once."""

from __future__ import annotations

import gc

gc.disable()  # nothing here becomes garbage, and to look for it takes a quarter of the time

import uvloop

import service.app
import service.cli.server.process
import service.cli.serving
import service.jobs.flush
import service.jobs.foreground

gc.freeze()  # a collection would write to every object, and so copy every page
gc.enable()

__all__ = ["service", "uvloop"]
