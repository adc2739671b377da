"""The renamed fields are those of the catalogs: each version has one of the two names, as `since` says."""

from __future__ import annotations

import pytest

from odoo_migrate import catalog
from odoo_migrate.rules import major
from odoo_migrate.rules.renamed_fields import RENAMED, RenamedField, renamed_field

ALL = [(model, one) for model, those in RENAMED.items() for one in those]


@pytest.mark.parametrize("version", catalog.VERSIONS)
@pytest.mark.parametrize(("model", "renamed"), ALL)
def test_each_version_has_one_of_the_names(model: str, renamed: RenamedField, version: str) -> None:
    known = catalog.load(version)
    if model not in known:
        return
    here, elsewhere = renamed.before, renamed.after
    if major(version) >= renamed.since:
        here, elsewhere = elsewhere, here
    fields = known.model(model).fields
    assert elsewhere not in fields
    found = renamed_field(known.model(model), elsewhere)
    assert found is fields.get(here)
