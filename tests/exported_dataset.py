"""A dataset that has gone the whole way, with a record of every kind, for tests that walk all of them."""

from __future__ import annotations

from datetime import time

from exporting.models import Export
from exporting.services import check_services, export_services, schedule_services
from mapping.models import Mapping, Relationship, SheetTarget
from mapping.services import step_services, target_services
from migrator import jobs
from migrator.models import ApiToken, User
from profiling import services as profiling_services
from profiling.models import Dataset, Finding, Membership, Sheet
from tests.factories import UserFactory
from tests.uploaded_files import add

CUSTOMERS = """Code,Name,Email,Tags
A1,Acme, ann@acme.test ,Retail;VIP
A2,Beta,beta@beta.test,VIP
,Without a key,x@y.test,Retail
A4,  Spaces  ,no mail,Wholesale
"""


def whole(*, content: str = CUSTOMERS, name: str = "customers.csv", **values: object) -> Dataset:
    """Read, mended, mapped, checked, exported with a row held back, shared with a viewer and an editor, scheduled."""
    owner = values.pop("owner", None) or UserFactory()
    dataset = profiling_services.create_dataset(**{"name": "The move", "owner": owner, "country": "US"} | values)
    add(dataset, name, content, dataset.owner)
    decide(dataset.sheets.get(), dataset.owner)
    dataset.refresh_from_db()
    check_services.run(dataset)
    export = export_services.new_export(dataset=dataset, user=dataset.owner, trigger=Export.Trigger.PAGE)
    export.job = jobs.run_here("Exporting", export_services.build_by_id, export.pk)
    export.save(update_fields=["job"])
    share(dataset)
    schedule_services.set_schedule(dataset=dataset, weekdays=[0], at=time(6), time_zone="UTC", user=dataset.owner)
    ApiToken.issue(dataset.owner, "nightly export")
    return dataset


def decide(sheet: Sheet, owner: User) -> None:
    """Take the first four columns as key, name, email and tags of contacts, and clean them."""
    code, title, email, tags = sheet.titles[:4]
    target = target_services.choose_model(sheet=sheet, model="res.partner", user=owner)
    for column, field in ((title, "name"), (email, "email"), (code, "ref"), (tags, "category_id/id")):
        target_services.choose_field(target=target, column=column, field=field, user=owner)
    target_services.choose_key(target=target, columns=[code], user=owner)
    target_services.set_values(target=target, values={"is_company": "1"}, user=owner)
    step_services.add_step(sheet=sheet, column=email, slug="trim", user=owner)
    step_services.add_step(sheet=sheet, column="", slug="drop_blank_rows", user=owner)
    use_table(target, tags)
    finding = Finding.objects.filter(sheet=sheet).first()
    if finding is not None:
        profiling_services.dismiss_finding(finding=finding, user=owner)


def use_table(target: SheetTarget, column: str) -> None:
    """Make the column's values records of their own, whatever was suggested."""
    mapping = Mapping.objects.get(target=target, column=column)
    mapping.lookup, mapping.separator = mapping.lookup or "tag", ";"
    mapping.save()
    Relationship.objects.get_or_create(
        dataset=target.sheet.dataset, name=mapping.lookup, defaults={"model": "res.partner.category", "create": True}
    )


def share(dataset: Dataset) -> None:
    """With a viewer and an editor."""
    for role in Membership.Role.values:
        profiling_services.share(dataset=dataset, person=UserFactory(), role=role, user=dataset.owner)


def member(dataset: Dataset, role: str) -> User:
    """The person with whom the dataset is shared so."""
    return dataset.memberships.get(role=role).user
