from django.apps import AppConfig


class ProfilingConfig(AppConfig):
    """Datasets, their files and sheets, and what is found in every column."""

    name = "profiling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from profiling import receivers  # noqa: F401 - deletes files with their records
