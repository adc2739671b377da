"""What business values mean: countries, states, dates, numbers, phone numbers, email addresses.

Used by the detectors that describe a column and by the cleaning steps that convert it, so that a finding and
its mending step can never disagree. No function here guesses: what is not certain is not read.
"""

from __future__ import annotations


class NotRead(ValueError):
    """Raise this for a text that cannot be read; the message says why, in plain words, to complete "could not: …"."""
