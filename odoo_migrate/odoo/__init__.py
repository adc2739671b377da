"""Call methods of an Odoo server: one login, calls that are repeated where the network fails, answers in types."""
