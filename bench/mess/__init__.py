"""Simulate mess: clean truth, written as systems and people write it, and what the program makes of it."""
