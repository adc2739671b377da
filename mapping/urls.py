"""Findings, mapping, cleaning and the grid."""

from django.urls import path

from mapping.views import findings, grid, mapping, steps

urlpatterns = [
    # Findings
    path("datasets/<int:dataset_id>/findings/", findings.dataset_findings, name="dataset_findings"),
    path("datasets/<int:dataset_id>/findings/fix-safe/", findings.findings_fix_safe, name="findings_fix_safe"),
    path("datasets/<int:dataset_id>/findings/<int:finding_id>/fix/", findings.finding_fix, name="finding_fix"),
    path(
        "datasets/<int:dataset_id>/findings/<int:finding_id>/dismiss/",
        findings.finding_dismiss,
        name="finding_dismiss",
    ),
    # Mapping
    path("datasets/<int:dataset_id>/mapping/", mapping.dataset_mapping, name="dataset_mapping"),
    path(
        "datasets/<int:dataset_id>/sheets/<int:sheet_id>/mapping/<int:position>/",
        mapping.mapping_set,
        name="mapping_set",
    ),
    path(
        "datasets/<int:dataset_id>/sheets/<int:sheet_id>/mapping/accept-all/",
        mapping.mapping_accept_all,
        name="mapping_accept_all",
    ),
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/target/", mapping.target_set, name="target_set"),
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/gone/", mapping.column_replace, name="column_replace"),
    # Cleaning
    path("datasets/<int:dataset_id>/cleaning/", steps.dataset_cleaning, name="dataset_cleaning"),
    path(
        "datasets/<int:dataset_id>/sheets/<int:sheet_id>/columns/<int:position>/steps/",
        steps.step_add,
        name="step_add",
    ),
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/steps/", steps.row_step_add, name="row_step_add"),
    path("datasets/<int:dataset_id>/steps/<slug:kind>/<int:step_id>/edit/", steps.step_edit, name="step_edit"),
    path("datasets/<int:dataset_id>/steps/<slug:kind>/<int:step_id>/toggle/", steps.step_toggle, name="step_toggle"),
    path("datasets/<int:dataset_id>/steps/<slug:kind>/<int:step_id>/move/", steps.step_move, name="step_move"),
    path("datasets/<int:dataset_id>/steps/<slug:kind>/<int:step_id>/delete/", steps.step_delete, name="step_delete"),
    # The grid and its panel
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/", grid.sheet_grid, name="sheet_grid"),
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/counts/", grid.sheet_counts, name="sheet_counts"),
    path(
        "datasets/<int:dataset_id>/sheets/<int:sheet_id>/columns/<int:position>/",
        grid.column_panel,
        name="column_panel",
    ),
]
