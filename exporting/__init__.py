"""The check before export, bundles, schedules, the API."""
