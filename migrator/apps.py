from django.apps import AppConfig


class MigratorConfig(AppConfig):
    """The Django project, itself an app: people, jobs, the history."""

    name = "migrator"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from migrator import system_checks  # noqa: F401 - registers the system checks
