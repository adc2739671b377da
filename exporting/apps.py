from django.apps import AppConfig


class ExportingConfig(AppConfig):
    """Check a dataset, export it as a bundle, by hand, by the API or on a schedule."""

    name = "exporting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from exporting import receivers  # noqa: F401 - deletes bundles with their exports
