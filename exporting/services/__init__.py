"""Everything that writes checks, exports and schedules."""
