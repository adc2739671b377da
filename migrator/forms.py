"""The form of a person's account: name and time zone."""

from __future__ import annotations

from django import forms

from migrator.models import User
from odoo_migrate.rules.time_zones import time_zones


def zone_choices() -> list[tuple[str, str]]:
    """Return the zones that are named after a city, and UTC."""
    named = sorted(zone for zone in time_zones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in named)]


class PersonForm(forms.ModelForm):
    """Ask for a person's own settings."""

    time_zone = forms.ChoiceField(label="Time zone", choices=zone_choices, help_text="For the times on these pages.")

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "time_zone")


class TokenForm(forms.Form):
    """Ask what a new token is for."""

    name = forms.CharField(label="What is it for?", max_length=100, help_text="Such as: nightly export")
