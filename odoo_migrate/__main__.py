"""Run `odoo-migrate` as `python -m odoo_migrate`."""

from odoo_migrate.cli import main

if __name__ == "__main__":
    main(prog_name="odoo-migrate")
