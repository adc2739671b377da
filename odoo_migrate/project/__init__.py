"""Define the odoo-migrate project: its files, how each is written and read, and what is wrong with one."""
