"""Serves the embed script, its bundles and styles under hashed names, and the demonstration news page."""
