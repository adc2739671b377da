"""The signal that a file's sheets have been read, for apps that build on this one."""

from django.dispatch import Signal

# Sent once a file's sheets have been read, profiled and kept. Arguments: dataset, sheets.
sheets_read = Signal()
