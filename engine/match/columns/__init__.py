"""Settle which columns of a sheet may fill a field: no empty ones, one address, a company's name before a person's."""
