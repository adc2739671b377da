"""The Django project: settings, people, background work, and what all pages share."""
