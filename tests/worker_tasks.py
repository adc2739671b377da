"""Work for the worker to do in tests."""

import time


def nap(progress, seconds: int) -> str:
    """Sleep for so many seconds, reporting every tenth of one; cancelled through the progress."""
    for tenth in range(seconds * 10):
        time.sleep(0.1)
        progress(tenth + 1, seconds * 10)
    return f"Slept {seconds} times."
