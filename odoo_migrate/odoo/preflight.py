"""Look, before anything is sent, whether the version is right, everything is there and this user may do it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from odoo_migrate import catalog
from odoo_migrate.odoo import server_records
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Fault, Rejected
from odoo_migrate.project.project_definition import Settings

_ACCESS_ERROR = "odoo.exceptions.AccessError"
# How versions and protocols tell that they do not know a model, always with its name.
_UNKNOWN = {"odoo.exceptions.UserError", "werkzeug.exceptions.NotFound", "builtins.KeyError"}
_HAS_ACCESS_SINCE = 18
NEEDED = ("read", "write", "create")


class ModelMissing(Exception):
    """Say that the server has no such model."""


def check(odoo: Odoo, settings: Settings, models: Collection[str]) -> None:
    """Raise Rejected with one sentence where a load of records of `models` cannot work."""
    check_version(odoo, settings)
    refuse_missing(odoo, settings, models)
    forbidden: list[str] = []
    for model in models:
        for operation in NEEDED:
            if not may(odoo, model, operation):
                forbidden.append(f"{operation} {model}")
    if not may(odoo, "ir.model.data", "read"):
        forbidden.append("read external IDs (Administration: Access Rights)")
    if forbidden:
        raise Rejected(f'The user "{odoo.username}" has no right to {", ".join(forbidden)}.')
    _check_company(odoo, settings, models)
    _check_namespace(odoo, settings)


def refuse_missing(odoo: Odoo, settings: Settings, models: Iterable[str]) -> None:
    """Raise Rejected where the server lacks one of `models`."""
    absent = missing_models(odoo, models)
    if absent:
        raise Rejected(f"{_needs_modules(odoo, settings, absent)}.")


def check_version(odoo: Odoo, settings: Settings) -> None:
    """Raise Rejected where the server runs another version than the project is for."""
    if odoo.version != settings.odoo_version:
        raise Rejected(f"The project is for Odoo {settings.odoo_version}, this server runs {odoo.version}.")


def missing_models(odoo: Odoo, models: Iterable[str]) -> list[str]:
    """Return those models that the server does not have."""
    absent = []
    for model in models:
        try:
            may(odoo, model, "read")
        except ModelMissing:
            absent.append(model)
    return absent


def module_of(settings: Settings, model: str) -> str:
    """Return the module that brings a model, "" where the catalog does not know it."""
    known = catalog.load(settings.odoo_version)
    if model not in known:
        return ""
    return known.model(model).module


def _needs_modules(odoo: Odoo, settings: Settings, absent: Collection[str]) -> str:
    modules = {module_of(settings, model) for model in absent}
    modules.discard("")  # a module that no catalog knows: nothing can be advised
    advice = ""
    if modules:
        advice = f"; install {' and '.join(sorted(modules))} there"
    return f'The database "{odoo.database}" has no {" and no ".join(sorted(absent))}{advice}'


def may(odoo: Odoo, model: str, operation: str) -> bool:
    """Tell whether the user has a right to read, write, create or unlink records of a model.

    Raises:
        ModelMissing: The server has no such model.
        Fault: The server has something else against the question.
    """
    try:
        # has_access took the place of the older method in 18.
        if odoo.major >= _HAS_ACCESS_SINCE:
            return bool(odoo.call(model, "has_access", [], operation))
        return bool(odoo.call(model, "check_access_rights", operation, False))
    except Fault as fault:
        if fault.name == _ACCESS_ERROR:
            return False
        if fault.name in _UNKNOWN and model in fault.message:
            raise ModelMissing(model) from None
        raise


def _check_company(odoo: Odoo, settings: Settings, models: Collection[str]) -> None:
    """Refuse a company that is not there, or for which the user may not work; a load may bring it along."""
    if not settings.company:
        return
    model, company = server_records.find(odoo, [settings.company]).get(settings.company, ("", 0))
    if not company and "res.company" in models and settings.company.startswith(f"{settings.namespace}."):
        return
    if model != "res.company":
        raise Rejected(f'The database "{odoo.database}" has no company with the external ID {settings.company}.')
    allowed = server_records.read(odoo, "res.users", [odoo.uid], ["company_ids"])
    if odoo.uid in allowed and company not in allowed[odoo.uid]["company_ids"]:
        raise Rejected(f'The user "{odoo.username}" is not allowed to work for the company {settings.company}.')


def _check_namespace(odoo: Odoo, settings: Settings) -> None:
    """Refuse the name of a module as namespace: its next update would delete what was imported under it."""
    try:
        taken = odoo.call("ir.module.module", "search_count", [["name", "=", settings.namespace]])
    except Fault:
        return  # this user may not see the modules
    if taken:
        raise Rejected(f'The namespace "{settings.namespace}" is the name of an Odoo module: choose another.')
