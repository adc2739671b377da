"""The form of an export schedule."""

from __future__ import annotations

from typing import Any

from django import forms

from exporting.models import ExportSchedule
from migrator.forms import zone_choices

WEEKDAYS = [
    (0, "Monday"), (1, "Tuesday"), (2, "Wednesday"), (3, "Thursday"), (4, "Friday"), (5, "Saturday"), (6, "Sunday"),
]  # fmt: skip


class ScheduleForm(forms.Form):
    """Ask for weekdays, a time of day and the zone in which it is meant."""

    weekdays = forms.TypedMultipleChoiceField(
        label="On", coerce=int, choices=WEEKDAYS, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="None means every day.",
    )  # fmt: skip
    at = forms.TimeField(label="At", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    time_zone = forms.ChoiceField(label="Time zone", choices=zone_choices)
    enabled = forms.BooleanField(label="Switched on", required=False)

    @classmethod
    def of(cls, schedule: ExportSchedule | None, time_zone: str, data: Any = None) -> ScheduleForm:
        """Return the form filled with a schedule; without one, with every Monday at six in the person's zone."""
        initial = {"weekdays": [0], "at": "06:00", "time_zone": time_zone, "enabled": True}
        if schedule is not None:
            initial = {
                "weekdays": schedule.weekdays, "at": schedule.at, "time_zone": schedule.time_zone,
                "enabled": schedule.enabled,
            }  # fmt: skip
        return cls(data, initial=initial)
