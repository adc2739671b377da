"""The recipe as records: which sheet becomes what, which column goes where, and how it is cleaned."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from profiling.models import Dataset, Sheet

ID_PATTERN_CHARS = 300


class SheetTarget(models.Model):
    """Say that a sheet fills a model of Odoo. A sheet may fill several, such as orders and their lines.

    One with a role makes further records of the same rows: the person to talk to at a company, a delivery address. It
    counts only once somebody has chosen it.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="targets")
    position = models.PositiveIntegerField(default=0)
    model = models.CharField(max_length=80)
    role = models.CharField(max_length=30, blank=True, help_text="What the records are beside the main ones: contact")
    confidence = models.FloatField(default=0)
    reason = models.TextField(blank=True)
    chosen = models.BooleanField(default=False, help_text="By a person, not only suggested")
    id_pattern = models.CharField(max_length=ID_PATTERN_CHARS, blank=True)
    key = models.JSONField(default=list, blank=True, help_text="Titles that make up the Migration Key")
    when = models.CharField(max_length=500, blank=True, help_text="Only rows where this column is filled")
    values = models.JSONField(default=dict, blank=True, help_text="The same value for every record, by field")
    left_out = models.BooleanField(default=False, help_text="A person wants no such records")
    steps = models.JSONField(default=list, blank=True, help_text="Steps that make its columns, added with it")
    records = models.PositiveIntegerField(default=0, help_text="How many records the rows would make, 0 if not known")

    class Meta:
        ordering = ("sheet", "position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "model", "role"], name="one_target_per_role")
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.sheet} → {self.entry}"

    @property
    def entry(self) -> str:
        """Return what a recipe file calls the target."""
        # Commands know the models before anything of the engine is needed, which takes long to import.
        from engine.recipe import target_entry

        return target_entry(self.model, self.role)

    @property
    def counts(self) -> bool:
        """Return whether the target is part of the recipe: what the rows are about, and what a person took besides."""
        return not self.role or (self.chosen and not self.left_out)


class UnmappedSheet(models.Model):
    """Say why a sheet became no records by itself, and what it most likely is.

    `candidates` are pairs of a model and how sure it is, 0 to 1, the likeliest first.
    """

    sheet = models.OneToOneField(Sheet, on_delete=models.CASCADE, related_name="unmapped")
    reason = models.TextField(blank=True)
    candidates = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"{self.sheet}: {self.reason}"


class Mapping(models.Model):
    """Send a column to a field of a target. Only accepted mappings are exported."""

    class State(models.TextChoices):
        """Say whether a person has decided."""

        SUGGESTED = "suggested", "suggested"
        ACCEPTED = "accepted", "accepted"
        LEFT_OUT = "left_out", "left out"

    target = models.ForeignKey(SheetTarget, on_delete=models.CASCADE, related_name="mappings")
    column = models.CharField(max_length=500)
    field = models.CharField(max_length=120, blank=True, help_text="Odoo's import name, such as country_id/id")
    state = models.CharField(max_length=10, choices=State, default=State.SUGGESTED)
    lookup = models.CharField(max_length=60, blank=True)
    ref = models.CharField(max_length=120, blank=True)
    separator = models.CharField(max_length=5, blank=True)
    confidence = models.FloatField(default=0)
    reason = models.TextField(blank=True)
    candidates = models.JSONField(default=list, blank=True)
    waits = models.BooleanField(
        default=False, help_text="Something is to be decided first, so that it is not taken unasked"
    )

    class Meta:
        ordering = ("target", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "column", "field"], name="one_mapping_per_pair"),
            models.UniqueConstraint(
                fields=["target", "field"], name="one_column_per_field",
                condition=models.Q(state="accepted") & ~models.Q(field=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.column} → {self.field or 'left out'}"


class Transform(models.Model):
    """Clean a column by one step. Undo is switching it off."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="transforms")
    column = models.CharField(max_length=500)
    position = models.PositiveIntegerField(default=0)
    slug = models.CharField(max_length=40)
    params = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ("sheet", "column", "position", "pk")

    def __str__(self) -> str:
        return f"{self.column}: {self.slug}"


class RowStep(models.Model):
    """Clean whole rows of a sheet by one step."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="row_steps")
    position = models.PositiveIntegerField(default=0)
    slug = models.CharField(max_length=40)
    params = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ("sheet", "position", "pk")

    def __str__(self) -> str:
        return f"{self.sheet}: {self.slug}"


AnyStep = Transform | RowStep


class Relationship(models.Model):
    """Keep a lookup table: what the cells say, and the external ID of the record that it means.

    Values without an entry become new records where `create` is set, and are problems where it is not.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="relationships")
    name = models.SlugField(max_length=60)
    model = models.CharField(max_length=80)
    create = models.BooleanField(default=False)
    id_pattern = models.CharField(max_length=300, blank=True)
    entries = models.JSONField(default=dict, blank=True)
    path = models.CharField(max_length=5, blank=True, help_text="What stands between the levels of a value")

    class Meta:
        ordering = ("dataset", "name")
        constraints: ClassVar = [models.UniqueConstraint(fields=["dataset", "name"], name="one_lookup_per_name")]

    def __str__(self) -> str:
        return self.name
