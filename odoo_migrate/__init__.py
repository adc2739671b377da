"""Load odoo-migrate projects into Odoo; this package works alone, without the portal and without Django."""
