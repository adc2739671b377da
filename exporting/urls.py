"""Check, lookups, exports, schedules, and the API."""

from django.urls import path

from exporting.api import api
from exporting.views import checks, exports

urlpatterns = [
    # Check and lookups
    path("datasets/<int:dataset_id>/check/", checks.dataset_check, name="dataset_check"),
    path("datasets/<int:dataset_id>/check/again/", checks.check_again, name="check_again"),
    path("datasets/<int:dataset_id>/check/on-problem/", checks.on_problem_set, name="on_problem_set"),
    path("datasets/<int:dataset_id>/check/mend/", checks.check_mend, name="check_mend"),
    path("datasets/<int:dataset_id>/lookups/<slug:name>/", checks.lookup_page, name="lookup_page"),
    path("datasets/<int:dataset_id>/lookups/<slug:name>/set/", checks.lookup_set, name="lookup_set"),
    # Exports
    path("datasets/<int:dataset_id>/export/", exports.dataset_export, name="dataset_export"),
    path("datasets/<int:dataset_id>/export/start/", exports.export_start, name="export_start"),
    path("datasets/<int:dataset_id>/exports/<int:export_id>/", exports.export_download, name="export_download"),
    path("datasets/<int:dataset_id>/exports/<int:export_id>/delete/", exports.export_delete, name="export_delete"),
    path(
        "datasets/<int:dataset_id>/exports/<int:export_id>/held-back/<str:name>",
        exports.rejected_download,
        name="rejected_download",
    ),
    # Schedule
    path("datasets/<int:dataset_id>/schedule/", exports.schedule_set, name="schedule_set"),
    path("datasets/<int:dataset_id>/schedule/remove/", exports.schedule_remove, name="schedule_remove"),
    # API
    path("api/v1/", api.urls),
]
