"""What external IDs may begin with: the same in the portal's forms, in recipes and in the check before the export."""

from __future__ import annotations

NAMESPACE = "[a-z][a-z0-9_]{0,39}"  # as Odoo's own module names are
NAMESPACE_WORDS = "lower-case letters, digits and _, starting with a letter"
