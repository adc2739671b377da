"""What people may say about datasets, files and sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from babel import Locale
from django import forms
from django.core.files.uploadedfile import UploadedFile

from engine.values.characters import ENCODING_NAMES
from migrator.forms import zone_choices
from migrator.models import User
from profiling.models import Dataset, Membership


def country_choices() -> list[tuple[str, str]]:
    """Return countries by their English names, with nothing chosen first."""
    names = {code: name for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}
    listed = sorted((name, code) for code, name in names.items() if code not in {"ZZ", "EU", "EZ", "UN", "XA", "XB"})
    return [("", "several, or I do not know"), *((code, name) for name, code in listed)]


class DatasetForm(forms.ModelForm):
    """Ask for what holds for a whole dataset."""

    country = forms.ChoiceField(
        label="Country", choices=country_choices, required=False,
        help_text="Where phone numbers without a country code and states are from.",
    )  # fmt: skip
    time_zone = forms.ChoiceField(
        label="Time zone", choices=zone_choices, help_text="What times in the files mean, and when schedules run."
    )

    class Meta:
        model = Dataset
        fields: tuple[str, ...] = (
            "name", "odoo_version", "country", "time_zone", "namespace", "company", "on_problem",
        )  # fmt: skip
        labels = {  # noqa: RUF012 - Django's own way
            "odoo_version": "Odoo version",
            "namespace": "Prefix of the record names",
            "company": "Company in Odoo",
            "on_problem": "Rows that stay wrong",
        }
        help_texts = {  # noqa: RUF012
            "namespace": "Every record gets a name such as migr.partner.ACME001, so that loading twice never "
            "makes duplicates. Keep it once you have loaded.",
            "company": "Only where Odoo holds several companies: its external ID, such as base.main_company.",
        }


class NewDatasetForm(DatasetForm):
    """Ask for the few things that matter at the start."""

    class Meta(DatasetForm.Meta):
        fields = ("name", "odoo_version", "country")

    time_zone = None  # type: ignore[assignment]  # taken from the person


class SeveralFiles(forms.ClearableFileInput):
    """Let several files be chosen at once."""

    allow_multiple_selected = True


MOST_FILES = 500  # at once


class FilesField(forms.FileField):
    """Take one or more uploads; cleans to a list."""

    def __init__(self, **options: Any) -> None:
        """Take what any field takes, but the widget."""
        super().__init__(widget=SeveralFiles(), **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, (list, tuple)) else [data]
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > MOST_FILES:
            raise forms.ValidationError(
                f"These are {len(files):,} files; up to {MOST_FILES:,} can be uploaded at once. Upload them in several "
                "goes, or as one zip."
            )
        # An empty file is refused by the reader, in the same words as on the command line.
        return [
            file if isinstance(file, UploadedFile) else super(FilesField, self).clean(file, initial) for file in files
        ]


class UploadForm(forms.Form):
    """Ask for files."""

    files = FilesField(  # type: ignore[assignment]  # a form may call a field "files"; Django's uploads are not touched
        label="Files", error_messages={"required": "Choose a file first."}
    )


NO_TITLES = "none"  # said of a table whose first row is data


def said_rows(rows: Sequence[int]) -> str:
    """Return chosen title rows as the form takes them."""
    if list(rows) == [0]:
        return NO_TITLES
    return "-".join(map(str, rows))


class EncodingForm(forms.Form):
    """Ask which encoding a text file has; nothing for the one that is found out."""

    encoding = forms.ChoiceField(label="Letters", required=False, choices=[("", "as found"), *ENCODING_NAMES.items()])


class HeaderForm(forms.Form):
    """Ask which rows hold the column titles; empty for those that were detected."""

    rows = forms.CharField(
        label="Row or rows with the column titles", required=False,
        help_text="The row numbers as your spreadsheet program shows them: 4 or 4-5; none for none. Empty: as found.",
    )  # fmt: skip

    def clean_rows(self) -> list[int]:
        text = self.cleaned_data["rows"].replace(" ", "")
        if not text:
            return []
        if text.casefold() == NO_TITLES:
            return [0]
        read = re.fullmatch(r"([1-9][0-9]{0,6})(?:[-,]([1-9][0-9]{0,6}))*", text)
        if read is None:
            raise forms.ValidationError("Write row numbers such as 4 or 4-5.")
        first, last = int(read[1]), int(read[2] or read[1])
        if not first <= last <= first + 2:
            raise forms.ValidationError("Titles stand on one, two or three rows that follow each other.")
        return list(range(first, last + 1))


class ShareForm(forms.Form):
    """Ask with whom to share a dataset."""

    person = forms.CharField(label="User name or email address", max_length=254)
    role = forms.ChoiceField(label="May", choices=Membership.Role.choices, initial=Membership.Role.VIEWER)

    def clean_person(self) -> User:
        text = self.cleaned_data["person"].strip()
        among = User.objects.filter(is_active=True)
        # Everybody writes their own address: where several people claim one, only the user name says who is meant.
        found = list(among.filter(username=text)) or list(among.filter(email__iexact=text)[:2])
        if not found:
            raise forms.ValidationError(f"Nobody here is called {text}; ask them to get an account first.")
        if len(found) > 1:
            raise forms.ValidationError(f"Several people have the address {text}; write the user name.")
        return found[0]
