"""Talking to an Odoo server: one login, calls that are repeated where the network fails, and answers in types."""
