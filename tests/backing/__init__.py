"""Real PostgreSQL, Redis and Chromium for the tests: found, started on their own, stopped again."""
