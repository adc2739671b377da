"""Check, lookups, exports, schedules, and the API."""

from django.urls import path

from exporting.api import api
from exporting.views import check_views, export_views

urlpatterns = [
    # Check and lookups
    path("datasets/<int:dataset_id>/check/", check_views.dataset_check, name="dataset_check"),
    path("datasets/<int:dataset_id>/check/again/", check_views.check_again, name="check_again"),
    path("datasets/<int:dataset_id>/check/on-problem/", check_views.on_problem_set, name="on_problem_set"),
    path("datasets/<int:dataset_id>/check/mend/", check_views.check_mend, name="check_mend"),
    path("datasets/<int:dataset_id>/lookups/<slug:name>/", check_views.lookup_page, name="lookup_page"),
    path("datasets/<int:dataset_id>/lookups/<slug:name>/set/", check_views.lookup_set, name="lookup_set"),
    # Exports
    path("datasets/<int:dataset_id>/export/", export_views.dataset_export, name="dataset_export"),
    path("datasets/<int:dataset_id>/export/start/", export_views.export_start, name="export_start"),
    path("datasets/<int:dataset_id>/exports/<int:export_id>/", export_views.export_download, name="export_download"),
    path("datasets/<int:dataset_id>/exports/<int:export_id>/delete/", export_views.export_delete, name="export_delete"),
    path(
        "datasets/<int:dataset_id>/exports/<int:export_id>/held-back/<str:name>",
        export_views.rejected_download,
        name="rejected_download",
    ),
    # Schedule
    path("datasets/<int:dataset_id>/schedule/", export_views.schedule_set, name="schedule_set"),
    path("datasets/<int:dataset_id>/schedule/remove/", export_views.schedule_remove, name="schedule_remove"),
    # API
    path("api/v1/", api.urls),
]
