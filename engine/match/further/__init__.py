"""Suggest further records of a sheet's rows: people of companies, second addresses."""
