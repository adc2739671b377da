"""Findings, mapping, cleaning and the grid."""

from django.urls import path

from mapping.views import findings_views, grid_views, mapping_views, step_views

urlpatterns = [
    # Findings
    path("datasets/<int:dataset_id>/findings/", findings_views.dataset_findings, name="dataset_findings"),
    path("datasets/<int:dataset_id>/findings/fix-safe/", findings_views.findings_fix_safe, name="findings_fix_safe"),
    path("datasets/<int:dataset_id>/findings/<int:finding_id>/fix/", findings_views.finding_fix, name="finding_fix"),
    path(
        "datasets/<int:dataset_id>/findings/<int:finding_id>/dismiss/",
        findings_views.finding_dismiss,
        name="finding_dismiss",
    ),
    # Mapping
    path("datasets/<int:dataset_id>/mapping/", mapping_views.dataset_mapping, name="dataset_mapping"),
    path(
        "datasets/<int:dataset_id>/sheets/<int:sheet_id>/mapping/<int:position>/",
        mapping_views.mapping_set,
        name="mapping_set",
    ),
    path(
        "datasets/<int:dataset_id>/sheets/<int:sheet_id>/mapping/accept-all/",
        mapping_views.mapping_accept_all,
        name="mapping_accept_all",
    ),
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/target/", mapping_views.target_set, name="target_set"),
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/gone/", mapping_views.column_replace, name="column_replace"),
    # Cleaning
    path("datasets/<int:dataset_id>/cleaning/", step_views.dataset_cleaning, name="dataset_cleaning"),
    path(
        "datasets/<int:dataset_id>/sheets/<int:sheet_id>/columns/<int:position>/steps/",
        step_views.step_add,
        name="step_add",
    ),
    path(
        "datasets/<int:dataset_id>/sheets/<int:sheet_id>/columns/<int:position>/steps/try/",
        step_views.step_try,
        name="step_try",
    ),
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/steps/", step_views.row_step_add, name="row_step_add"),
    path("datasets/<int:dataset_id>/steps/<slug:kind>/<int:step_id>/edit/", step_views.step_edit, name="step_edit"),
    path(
        "datasets/<int:dataset_id>/steps/<slug:kind>/<int:step_id>/toggle/", step_views.step_toggle, name="step_toggle"
    ),
    path("datasets/<int:dataset_id>/steps/<slug:kind>/<int:step_id>/move/", step_views.step_move, name="step_move"),
    path(
        "datasets/<int:dataset_id>/steps/<slug:kind>/<int:step_id>/delete/", step_views.step_delete, name="step_delete"
    ),
    # The grid and its panel
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/", grid_views.sheet_grid, name="sheet_grid"),
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/counts/", grid_views.sheet_counts, name="sheet_counts"),
    path(
        "datasets/<int:dataset_id>/sheets/<int:sheet_id>/columns/<int:position>/",
        grid_views.column_panel,
        name="column_panel",
    ),
]
