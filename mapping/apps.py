from django.apps import AppConfig


class MappingConfig(AppConfig):
    """Say what sheets and columns become, and how they are cleaned: the recipe."""

    name = "mapping"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mapping import receivers  # noqa: F401 - suggests as soon as a file has been read
