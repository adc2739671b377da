"""Exports: the check before one, the bundles and their downloads, schedules, and the HTTP API."""
