"""What a suggestion brings besides the sheet's own columns: constants, and steps that make columns."""
