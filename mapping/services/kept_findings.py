"""Keep findings that depend on what a person decides, beside those of the profile."""

from __future__ import annotations

from django.db.models import Max

from engine.profile.profile_results import FindingFacts
from profiling.models import Finding, Sheet


def keep_finding(sheet: Sheet, slug: str, column: str, facts: FindingFacts | None) -> None:
    """Write the finding of this kind about a column anew; None takes it back."""
    former = Finding.objects.filter(sheet=sheet, slug=slug, column=column).first()
    if facts is None:
        if former is not None:
            former.delete()
        return
    finding = former or Finding(sheet=sheet, slug=slug, column=column, position=_last_position(sheet))
    finding.count, finding.message, finding.severity = facts.count, facts.message, facts.severity
    finding.examples, finding.rows = list(facts.examples), list(facts.rows)
    finding.fix_step, finding.fix_params = "", {}
    if facts.fix:
        finding.fix_step, finding.fix_params = facts.fix.step, dict(facts.fix.params)
    finding.save()


def _last_position(sheet: Sheet) -> int:
    last = Finding.objects.filter(sheet=sheet).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1
