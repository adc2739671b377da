"""What the layers above may listen to."""

from django.dispatch import Signal

# Sent once a file's sheets have been read, profiled and kept. Arguments: dataset, sheets.
sheets_read = Signal()
