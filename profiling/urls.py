"""Datasets, files, settings and jobs."""

from django.urls import path

from profiling import views

urlpatterns = [
    # Datasets
    path("", views.dashboard, name="dashboard"),
    path("samples/", views.samples_load, name="samples_load"),
    path("datasets/new/", views.dataset_new, name="dataset_new"),
    path("datasets/<int:dataset_id>/settings/", views.dataset_settings, name="dataset_settings"),
    path("datasets/<int:dataset_id>/share/", views.dataset_share, name="dataset_share"),
    path("datasets/<int:dataset_id>/share/<int:membership_id>/remove/", views.dataset_unshare, name="dataset_unshare"),
    path("datasets/<int:dataset_id>/delete/", views.dataset_delete, name="dataset_delete"),
    # Files and sheets
    path("datasets/<int:dataset_id>/", views.dataset_files, name="dataset_files"),
    path("datasets/<int:dataset_id>/upload/", views.file_upload, name="file_upload"),
    path("datasets/<int:dataset_id>/files/<int:file_id>/delete/", views.file_delete, name="file_delete"),
    path("datasets/<int:dataset_id>/files/<int:file_id>/letters/", views.file_encoding, name="file_encoding"),
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/titles/", views.sheet_header, name="sheet_header"),
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/skip/", views.sheet_skip, name="sheet_skip"),
    path("datasets/<int:dataset_id>/sheets/<int:sheet_id>/delete/", views.sheet_delete, name="sheet_delete"),
    # Jobs
    path("jobs/<int:job_id>/", views.job_status, name="job_status"),
    path("jobs/<int:job_id>/cancel/", views.job_cancel, name="job_cancel"),
    path("jobs/<int:job_id>/retry/", views.job_retry, name="job_retry"),
]
