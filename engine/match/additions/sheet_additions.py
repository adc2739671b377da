"""Complete what a sheet becomes by constants and by columns that steps make."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.match.additions.account_kinds import account_kind
from engine.match.additions.joined_names import half_names, joined_name
from engine.match.additions.party_roles import company_or_person, party_role
from engine.match.additions.product_kinds import product_kind
from engine.match.additions.target_additions import Addition, with_addition
from engine.match.match_evidence import SheetSuggestion, TargetSuggestion
from engine.match.sheet_to_match import SheetToMatch


def completed(target: SheetSuggestion, sheet: SheetToMatch) -> SheetSuggestion:
    """Return a suggestion with what its records need besides the sheet's own columns."""
    for addition in (joined_name, *_BY_MODEL.get(target.model, ())):
        target = with_addition(target, addition(target, sheet))
    return target


def _company_or_person(target: TargetSuggestion, sheet: SheetToMatch) -> Addition:
    return company_or_person(target, sheet, half_names(sheet))


_BY_MODEL: Mapping[str, tuple[Callable[[TargetSuggestion, SheetToMatch], Addition], ...]] = {
    "res.partner": (party_role, _company_or_person),
    "account.account": (account_kind,),
    "product.template": (product_kind,),
    "product.product": (product_kind,),
}
