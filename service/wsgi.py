"""What the server loads."""

from __future__ import annotations

from service.app import create_app
from service.jobs import flush
from service.settings import Settings

app = create_app(Settings.from_environ())
flush.start(app.extensions["belowline"].hits, app.app_context)
