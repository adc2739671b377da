"""Titles for columns that steps add: free ones, where a sheet has a column of that name already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine.sheets.free_titles import free_title
from engine.steps import COLUMN_STEPS


def with_free_titles(slug: str, params: Mapping[str, Any], taken: Collection[str]) -> dict[str, Any]:
    """Return the parameters of a step with other titles for the new columns whose titles are taken.

    A title that a step would choose by itself counts as well. Where none is taken the parameters stay as they are.
    """
    step = COLUMN_STEPS.get(slug)
    found = dict(params)
    if step is None:
        return found
    used = set(taken)
    for param in step.params:
        title = params.get(param.name) or param.default
        if param.type == "new_column" and title:
            free = free_title(title, used)
            if free != title:
                found[param.name] = free
            used.add(free)
        elif param.type == "new_columns" and title:
            # A recipe may give one title without a list.
            listed = [title] if isinstance(title, str) else title
            found[param.name] = _free_list(listed, used)
    return found


def _free_list(titles: Any, used: set[str]) -> list[str]:
    free = []
    for title in titles:
        free.append(free_title(title, used))
        used.add(free[-1])
    return free
