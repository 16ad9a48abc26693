"""What the server loads: the application, and the read path before it."""

from __future__ import annotations

from service.app import create_app
from service.settings import Settings
from service.threads.front import Front

flask_app = create_app(Settings.from_environ())
app = Front(flask_app, flask_app.wsgi_app)
