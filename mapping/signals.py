"""The signal that steps add other columns than before, for what is computed from a sheet's columns."""

from django.dispatch import Signal

# Sent once such a change is kept. Arguments: dataset.
columns_changed = Signal()
