from django.apps import AppConfig


class ProfilingConfig(AppConfig):
    name = "profiling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from profiling import stored_files  # noqa: F401 - deletes files with their records
