"""Every view that changes something: what it does, what it says to nonsense, and that viewers may only look."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from engine.recipe import SheetRecipe, StepSpec
from engine.steps.step_parameters import StepError
from exporting.mending_steps import mending
from exporting.models import Export, ExportSchedule
from exporting.services import export_services as exporting_services
from mapping import opened_sheet
from mapping.models import Mapping, Relationship, RowStep, SheetTarget, Transform
from mapping.selectors import recipe_of
from mapping.services import recipe_services, step_services, target_services
from migrator.models import ApiToken, Job
from profiling.models import Dataset, Finding, Membership, Sheet, SourceFile
from tests.factories import MembershipFactory, UserFactory
from tests.uploaded_files import add, dataset_of

pytestmark = pytest.mark.django_db

ROWS = """Code,Name,Email,State,Country,Tags,UoM
A1, Acme ,INFO@acme.com,CA,US,VIP,x
A2,Beta,b@beta.com,NY,US,Retail,y
"""
HTMX = {"HX-Request": "true"}
PANEL = HTMX | {"HX-Target": "panel"}


@pytest.fixture
def dataset(client: Client) -> Dataset:
    made = dataset_of(name="Northwind")
    add(made, "customers.csv", ROWS)
    for sheet in made.sheets.all():
        target_services.choose_model(sheet=sheet, model="res.partner")
        target_services.accept_all(sheet=sheet)
    made.refresh_from_db()
    client.force_login(made.owner)
    return made


@pytest.fixture
def sheet(dataset: Dataset) -> Sheet:
    return dataset.sheets.get()


def at(name: str, *values: object) -> str:
    return reverse(name, args=[getattr(value, "pk", value) for value in values])


def said(client: Client, answer) -> str:
    """The page that an answer leads to."""
    page = client.get(answer["Location"]) if answer.status_code == 302 else answer
    return page.content.decode()


# --- Datasets -------------------------------------------------------------------------------------------------
def test_a_dataset_is_made_and_named(client, user):
    client.force_login(user)
    wrong = client.post(at("dataset_new"), {"name": "", "odoo_version": "12.0"})
    assert wrong.status_code == 422
    assert b"There is something to put right" in wrong.content
    made = client.post(at("dataset_new"), {"name": "Move", "odoo_version": "17.0", "country": "BE"})
    dataset = Dataset.objects.get()
    assert made["Location"] == at("dataset_files", dataset)
    assert (dataset.owner, dataset.odoo_version, dataset.time_zone) == (user, "17.0", user.time_zone)


def test_settings_are_changed_or_refused_whole(client, dataset):
    values = {"name": "New", "odoo_version": "18.0", "country": "GB", "time_zone": "Europe/Brussels",
              "namespace": "shop", "company": "", "on_problem": "stop"}  # fmt: skip
    address = at("dataset_settings", dataset)
    wrong = client.post(address, values | {"namespace": "No good"})
    assert wrong.status_code == 422
    assert b"lower-case letters" in wrong.content
    assert "Saved." in said(client, client.post(address, values))
    dataset.refresh_from_db()
    assert (dataset.name, dataset.namespace, dataset.on_problem) == ("New", "shop", "stop")


def test_sharing(client, dataset):
    other = UserFactory(username="bea")
    address = at("dataset_share", dataset)
    assert client.post(address, {"person": "nobody", "role": "viewer"}).status_code == 422
    assert client.post(address, {"person": dataset.owner.username, "role": "viewer"}).status_code == 422
    assert client.post(address, {"person": "bea", "role": "king"}).status_code == 422
    assert "Shared with bea" in said(client, client.post(address, {"person": "bea", "role": "editor"}))
    membership = Membership.objects.get(user=other)
    assert "no longer sees" in said(client, client.post(at("dataset_unshare", dataset, membership)))
    assert not Membership.objects.exists()


def test_deleting_a_dataset_asks_first(client, dataset):
    assert b"This cannot be undone" in client.get(at("dataset_delete", dataset)).content
    assert "was deleted" in said(client, client.post(at("dataset_delete", dataset)))
    assert not Dataset.objects.exists()


# --- Files and sheets -----------------------------------------------------------------------------------------
def test_title_rows_are_corrected(client, dataset, sheet):
    address = at("sheet_header", dataset, sheet)
    assert client.get(address).status_code == 200
    for wrong in ("x", "4-2", "0", "1-9", "-1"):
        assert client.post(address, {"rows": wrong}).status_code == 422, wrong
    assert client.post(address, {"rows": "2"}).status_code == 302
    sheet.refresh_from_db()
    assert (sheet.header_override, sheet.source.job.title) == ([2], "Reading customers again")


def test_sheets_and_files_are_left_out_and_deleted(client, dataset, sheet):
    part = client.post(at("sheet_skip", dataset, sheet), {"skip": "1"}, headers=HTMX)
    assert part.content.startswith(b"\n<div") or b'id="files"' in part.content[:200]
    assert Sheet.objects.get().skip
    assert client.post(at("sheet_skip", dataset, sheet), {"skip": "0"}).status_code == 302
    assert client.post(at("sheet_delete", dataset, sheet)).status_code == 302
    assert not Sheet.objects.exists()
    assert client.post(at("file_delete", dataset, SourceFile.objects.get())).status_code == 302
    assert not SourceFile.objects.exists()


def test_jobs_are_stopped_and_tried_again(client, dataset):
    source = SourceFile.objects.get()
    source.job = Job.objects.create(title="Reading", task="profiling.tasks.read_file", arguments=[source.pk])
    source.save()
    assert client.post(at("job_cancel", source.job)).status_code == 302
    source.job.refresh_from_db()
    assert source.job.status == Job.Status.CANCELLED
    again = client.post(at("job_retry", source.job), headers=HTMX)
    assert b"waiting for its turn" in again.content
    assert client.get(at("job_status", source.job), headers=HTMX).status_code == 200


# --- Findings -------------------------------------------------------------------------------------------------
def test_findings_are_fixed_put_aside_and_brought_back(client, dataset, sheet):
    finding = Finding.objects.filter(column="Name", fix_step="trim").get()
    panel = client.post(at("finding_fix", dataset, finding), headers=PANEL)
    assert panel["HX-Trigger"] == "recipe-changed"
    assert b'id="panel"' in panel.content
    assert Transform.objects.get().slug == "trim"
    client.post(at("finding_fix", dataset, finding))
    assert Transform.objects.count() == 1
    assert client.post(at("finding_dismiss", dataset, finding), headers=HTMX).status_code == 200
    assert client.post(at("finding_dismiss", dataset, finding), {"undo": "1"}).status_code == 302
    finding.refresh_from_db()
    assert finding.dismissed_at is None
    assert client.post(at("findings_fix_safe", dataset)).status_code == 302
    assert client.post(at("finding_fix", dataset, 10**6)).status_code == 404


def test_fixes_stand_in_the_order_in_which_they_work():
    sheet = dataset_of("quickbooks_customers.xls").sheets.get()
    fixes = Finding.objects.filter(sheet=sheet, column="Phone numbers").exclude(fix_step="")
    for finding in fixes.order_by("position"):
        step_services.fix_finding(finding=finding)
    steps = Transform.objects.filter(sheet=sheet, column="Phone numbers").order_by("position")
    assert [step.slug for step in steps] == ["phone_split", "phone_normalize"]
    assert opened_sheet.counts(sheet).columns["Phone numbers"][1] == 0


# --- Mapping --------------------------------------------------------------------------------------------------
def test_columns_get_fields(client, dataset, sheet):
    address = at("mapping_set", dataset, sheet, 6)
    part = client.post(address, {"field": "Barcode (barcode)", "target": "res.partner"}, headers=HTMX)
    assert b'id="mapping"' in part.content[:200]
    assert Mapping.objects.get(column="UoM").field == "barcode"
    assert "filled by &#x27;UoM&#x27; already" in said(
        client, client.post(at("mapping_set", dataset, sheet, 0), {"field": "Barcode (barcode)"})
    )
    assert "has no field" in said(client, client.post(address, {"field": "nonsense"}))
    assert "Choose a field first" in said(client, client.post(address, {"field": "Choose a field"}))
    assert client.post(address, {"action": "leave_out", "field": "x"}).status_code == 302
    assert Mapping.objects.get(column="UoM").state == Mapping.State.LEFT_OUT
    assert client.post(at("mapping_set", dataset, sheet, 99), {"field": "x"}).status_code == 404
    assert client.post(at("mapping_accept_all", dataset, sheet), {"unsure": "1"}).status_code == 302


def test_a_suggestion_is_accepted_alone(client, dataset, sheet):
    Mapping.objects.filter(column="Email").update(state=Mapping.State.SUGGESTED)
    client.post(at("mapping_set", dataset, sheet, 2), {"action": "accept", "field": "Email (email)"})
    assert Mapping.objects.get(column="Email").state == Mapping.State.ACCEPTED


def test_kinds_of_record(client, dataset, sheet):
    address = at("target_set", dataset, sheet)
    assert "no kind of record" in said(client, client.post(address, {"model": "no.such"}))
    client.post(address, {"model": "crm.lead", "target": "res.partner", "beside": "1"})
    assert set(models(sheet)) == {"res.partner", "crm.lead"}
    client.post(address, {"model": "product.product", "target": "crm.lead"})
    assert set(models(sheet)) == {"res.partner", "product.product"}
    client.post(address, {"model": "x", "target": "product.product", "remove_target": "1"})
    assert models(sheet) == ["res.partner"]


def models(sheet: Sheet) -> list[str]:
    return list(SheetTarget.objects.filter(sheet=sheet).values_list("model", flat=True))


def test_keys(client, dataset, sheet):
    address, target = at("target_set", dataset, sheet), {"target": "res.partner", "key_form": "1"}
    client.post(address, target | {"key": ["Code"], "id_pattern": "migr.customer.{Code}"})
    assert key(sheet) == ("migr.customer.{Code}", [])
    client.post(address, target | {"key": ["Name", "Email"], "id_pattern": "migr.customer.{Code}"})
    assert key(sheet) == ("migr.partner.{Migration Key}", ["Name", "Email"])
    client.post(address, target | {"key": ["Name"], "id_pattern": ""})
    assert key(sheet) == ("migr.partner.{Name}", [])
    assert "Choose at least one column" in said(client, client.post(address, target | {"id_pattern": ""}))
    said_no = said(client, client.post(address, target | {"key": ["Name"], "id_pattern": "no dot {Name}"}))
    assert "message-problem" in said_no
    assert key(sheet) == ("migr.partner.{Name}", [])


def key(sheet: Sheet) -> tuple[str, list[str]]:
    target = SheetTarget.objects.get(sheet=sheet)
    return target.id_pattern, target.key


def test_constants(client, dataset, sheet):
    address = at("target_set", dataset, sheet)
    client.post(address, {"add_constant": "1", "field": "Is a Company (is_company)", "value": "1"})
    assert SheetTarget.objects.get().values["is_company"] == "1"
    assert "Choose a field first" in said(
        client, client.post(address, {"add_constant": "1", "field": "Choose a field"})
    )
    assert "has no field" in said(client, client.post(address, {"add_constant": "1", "field": "zzz", "value": "1"}))
    client.post(address, {"remove_constant": "is_company"})
    assert "is_company" not in SheetTarget.objects.get().values


def test_columns_that_steps_add_get_fields_too(client, dataset, sheet):
    step_services.add_step(
        sheet=sheet, column="Name", slug="name_split", params={"last_to": "Last", "first_to": "First"}
    )
    assert b"added by a step" in client.get(at("dataset_mapping", dataset)).content
    client.post(at("mapping_set", dataset, sheet, len(sheet.titles)), {"field": "Barcode (barcode)"})
    assert Mapping.objects.get(field="barcode").column in {"First", "Last"}
    client.post(at("mapping_set", dataset, sheet, len(sheet.titles) + 1), {"field": "title/id"})
    assert Mapping.objects.get(field="title/id").column in {"First", "Last"}


def test_columns_that_a_newer_file_lacks_are_replaced_or_forgotten(client, dataset, sheet):
    step_services.add_step(sheet=sheet, column="Email", slug="lowercase")
    step_services.add_step(sheet=sheet, column="State", slug="state_to_code", params={"country_column": "Country"})
    newer = ROWS.replace("Email", "E-mail").replace("Code,", "Customer Code,").replace("Country", "Land")
    add(dataset, "customers.csv", newer.replace("Tags", "Labels"))
    for page in (at("dataset_check", dataset), at("sheet_grid", dataset, sheet), at("dataset_cleaning", dataset)):
        assert b"The newest file lacks 4 columns" in client.get(page).content
    replace = at("column_replace", dataset, sheet)
    for gone, now in (("Email", "E-mail"), ("Code", "Customer Code"), ("Country", "Land")):
        client.post(replace, {"column": gone, "title": now})
    assert "Choose a column" in said(client, client.post(replace, {"column": "Tags", "title": "nonsense"}))
    client.post(replace, {"column": "Tags", "title": "x", "forget": "1"})
    assert "settled already" in said(client, client.post(replace, {"column": "Tags", "title": "Labels"}))
    assert b"The newest file lacks" not in client.get(at("dataset_check", dataset)).content
    assert client.get(at("sheet_grid", dataset, sheet)).status_code == 200
    assert Transform.objects.get(slug="lowercase").column == "E-mail"
    assert Transform.objects.get(slug="state_to_code").params["country_column"] == "Land"
    assert Mapping.objects.get(column="E-mail").field == "email"
    assert not Mapping.objects.filter(column="Tags").exists()
    assert key(sheet)[0] == "migr.partner.{Customer Code}"


# --- Cleaning -------------------------------------------------------------------------------------------------
def test_steps(client, dataset, sheet):
    address = at("step_add", dataset, sheet, 1)
    assert b"Remove spaces around" in client.get(address).content
    assert client.post(address, {"step": "no_such_step"}).status_code == 404
    assert client.post(address, {"step": "trim"})["Location"] == at("column_panel", dataset, sheet, 1)
    wrong = client.post(address, {"step": "map_values", "step-pairs": "no arrow", "form": "1"}, headers=HTMX)
    assert wrong.status_code == 422
    assert client.post(address, {"step": "uppercase"}, headers=HTMX)["HX-Retarget"] == "#panel"
    trim, upper = Transform.objects.order_by("position")
    client.post(at("step_move", dataset, "column", upper), {"position": "0"})
    assert [step.slug for step in Transform.objects.order_by("position")] == ["uppercase", "trim"]
    assert client.post(at("step_move", dataset, "column", upper), {"position": "far"}).status_code == 302
    client.post(at("step_toggle", dataset, "column", trim))
    assert not Transform.objects.get(pk=trim.pk).enabled
    assert client.get(at("step_edit", dataset, "column", trim)).status_code == 200
    assert client.post(at("step_delete", dataset, "column", trim)).status_code == 302
    assert client.post(at("step_delete", dataset, "nonsense", upper)).status_code == 404
    assert Transform.objects.get() == upper
    assert client.get(at("step_add", dataset, sheet, 99)).status_code == 404


def test_steps_on_rows(client, dataset, sheet):
    address = at("row_step_add", dataset, sheet)
    assert client.get(address).status_code == 200
    client.post(address, {"step": "drop_blank_rows"})
    assert RowStep.objects.get().slug == "drop_blank_rows"
    page = client.get(at("dataset_cleaning", dataset)).content.decode()
    assert "0 rows left out" in page


# --- Check and lookups ----------------------------------------------------------------------------------------
def test_a_problem_is_mended_from_the_check(client, dataset, sheet):
    assert "Write states as codes" in client.get(at("dataset_check", dataset)).content.decode()
    sent = {"sheet": sheet.pk, "column": sheet.titles.index("State"), "kind": "lookup_nowhere"}
    part = client.post(at("check_mend", dataset), sent, headers=HTMX)
    assert b'id="check"' in part.content[:200]
    step = Transform.objects.get(column="State")
    assert (step.slug, step.params["country_column"]) == ("state_to_code", "Country")
    assert "mended already" in said(client, client.post(at("check_mend", dataset), sent))
    assert client.post(at("check_mend", dataset), {}).status_code == 404
    assert "mended already" in said(client, client.post(at("check_mend", dataset), {**sent, "column": "999"}))
    assert client.post(at("check_again", dataset)).status_code == 302


@pytest.mark.parametrize(
    ("kind", "field", "slug", "params"),
    [
        ("switched_off", "active", "default_if_empty", {"value": "1"}),
        ("rounded", "partner_latitude", "round", {"digits": 7}),
    ],
)
def test_a_warning_about_cells_offers_the_step_that_mends_it(sheet, kind, field, slug, params):
    problem = {"kind": kind, "lookup": "", "column": sheet.titles[0], "model": "res.partner", "field": field}
    offered = mending(sheet, problem)
    assert (offered.slug, offered.params) == (slug, params)


def test_what_happens_to_wrong_rows(client, dataset):
    client.post(at("on_problem_set", dataset), {"on_problem": "stop"})
    client.post(at("on_problem_set", dataset), {"on_problem": "nonsense"})
    assert Dataset.objects.get().on_problem == "stop"


def test_the_title_rows_are_chosen_beside_the_file_only(client, dataset):
    """As a step they would be shown and do nothing, or contradict what the Files page says."""
    sheet = dataset.sheets.get()
    address = at("row_step_add", dataset, sheet)
    assert "Choose the title rows" not in client.get(address).content.decode()
    for answer in (client.get(address, {"step": "promote_header"}), client.post(address, {"step": "promote_header"})):
        assert (answer.status_code, answer["Location"]) == (302, at("sheet_header", dataset, sheet))
    with pytest.raises(StepError, match="on the Files page"):
        step_services.add_step(sheet=sheet, column="", slug="promote_header", params={"rows": ["1"]})


def test_the_title_rows_of_a_recipes_step_are_the_sheets(client, dataset):
    sheet = dataset.sheets.get()
    part = SheetRecipe(sheet.name, rows=(StepSpec("promote_header", {"rows": ["2"]}), StepSpec("drop_blank_rows")))
    recipe_services.apply_recipe(dataset=dataset, recipe=replace(recipe_of(dataset), sheets=(part,)))
    sheet.refresh_from_db()
    assert (sheet.header_override, [step.slug for step in sheet.row_steps.all()]) == ([2], ["drop_blank_rows"])


def test_values_become_records(client, dataset):
    tags = at("lookup_page", dataset, "tag")
    assert b"will be made" in client.get(tags).content
    change = at("lookup_set", dataset, "tag")
    client.post(change, {"create_form": "1"})
    assert b"no record yet" in client.get(tags, {"only": "unmatched", "start": "x"}).content
    client.post(change, {"value": "VIP", "field": "base.res_partner_category_0"})
    assert Relationship.objects.get(name="tag").entries == {"VIP": "base.res_partner_category_0"}
    assert "is no name of a record" in said(client, client.post(change, {"value": "VIP", "field": "not a record"}))
    client.post(change, {"value": "VIP", "field": "Choose a record"})
    assert Relationship.objects.get(name="tag").entries == {}
    assert client.get(at("lookup_page", dataset, "nonsense")).status_code == 404


def test_records_that_odoo_has_are_chosen_by_value(client, dataset):
    countries = at("lookup_page", dataset, "countries")
    assert b"found in Odoo" in client.get(countries).content
    assert not Relationship.objects.filter(name="countries").exists()
    client.post(at("lookup_set", dataset, "countries"), {"value": "US", "field": "Canada (base.ca)"})
    assert Mapping.objects.get(column="Country").lookup == "countries"
    client.post(at("lookup_set", dataset, "countries"), {"value": "US", "field": "mexico"})  # typed, without a list
    assert Relationship.objects.get(name="countries").entries == {"US": "base.mx"}
    assert b"chosen" in client.get(countries).content
    refused = client.post(at("lookup_set", dataset, "countries"), {"create_form": "1", "create": "1"})
    assert "more than a name" in said(client, refused)


# --- Export ---------------------------------------------------------------------------------------------------
def test_exports_start_and_are_deleted(client, dataset):
    assert b'id="export"' in client.post(at("export_start", dataset), headers=HTMX).content
    export = Export.objects.get()
    assert client.get(at("export_download", dataset, export)).status_code == 404
    exporting_services.build_export(export)
    answer = client.get(at("export_download", dataset, export))
    assert answer["X-Content-SHA256"] == Export.objects.get().sha256
    for none in ("nonsense.csv", "nonsense.xlsx"):
        assert client.get(at("rejected_download", dataset, export, none)).status_code == 404
    assert client.post(at("export_delete", dataset, export)).status_code == 302
    assert not Export.objects.exists()


def test_schedules(client, dataset):
    address = at("schedule_set", dataset)
    good = {"weekdays": ["0"], "at": "06:00", "time_zone": "Europe/Brussels", "enabled": "on"}
    assert client.post(address, good | {"at": "six"}).status_code == 422
    assert client.post(address, good | {"weekdays": ["9"]}).status_code == 422
    assert "The schedule is set" in said(client, client.post(address, good))
    assert ExportSchedule.objects.get().next_run is not None
    client.post(at("schedule_remove", dataset))
    assert not ExportSchedule.objects.exists()


# --- A person's own -------------------------------------------------------------------------------------------
def test_account_and_tokens(client, user):
    client.force_login(user)
    assert client.post(at("account"), {"time_zone": "Mars/Base"}).status_code == 422
    assert "Saved." in said(client, client.post(at("account"), {"time_zone": "Asia/Tokyo", "first_name": "Ann"}))
    assert client.post(at("token_new"), {"name": ""}).status_code == 422
    assert b"shown only once" in client.post(at("token_new"), {"name": "nightly"}).content
    assert "no longer works" in said(client, client.post(at("token_delete", ApiToken.objects.get())))
    wrong = {"old_password": "x", "new_password1": "1", "new_password2": "2"}
    assert b"field-error" in client.post(at("password_change"), wrong).content


def test_the_samples_are_loaded_once(client, user):
    client.force_login(user)
    assert "6 sample datasets" in said(client, client.post(at("samples_load")))
    assert "You have all samples" in said(client, client.post(at("samples_load")))


# --- Viewers --------------------------------------------------------------------------------------------------
def test_viewers_look_and_cannot_change(client, dataset, sheet):
    step = step_services.add_step(sheet=sheet, column="Name", slug="trim")
    finding = Finding.objects.filter(sheet=sheet).first()
    export = Export.objects.create(dataset=dataset)
    client.force_login(MembershipFactory(dataset=dataset).user)
    forbidden = [
        at("dataset_settings", dataset), at("dataset_share", dataset), at("dataset_delete", dataset),
        at("file_upload", dataset), at("file_delete", dataset, sheet.source), at("sheet_header", dataset, sheet),
        at("sheet_skip", dataset, sheet), at("sheet_delete", dataset, sheet), at("findings_fix_safe", dataset),
        at("finding_fix", dataset, finding), at("finding_dismiss", dataset, finding),
        at("mapping_set", dataset, sheet, 0), at("mapping_accept_all", dataset, sheet),
        at("target_set", dataset, sheet),
        at("step_add", dataset, sheet, 0), at("row_step_add", dataset, sheet), at("step_edit", dataset, "column", step),
        at("step_toggle", dataset, "column", step), at("step_move", dataset, "column", step),
        at("step_delete", dataset, "column", step), at("check_again", dataset), at("check_mend", dataset),
        at("on_problem_set", dataset), at("lookup_set", dataset, "tag"), at("export_start", dataset),
        at("export_delete", dataset, export), at("schedule_set", dataset), at("schedule_remove", dataset),
    ]  # fmt: skip
    assert {address: client.post(address).status_code for address in forbidden} == dict.fromkeys(forbidden, 403)
    for name in ("files", "findings", "mapping", "cleaning", "check", "export", "settings"):
        page = client.get(at(f"dataset_{name}", dataset)).content.decode()
        assert posts(page) <= {"/logout/"}, name
    assert posts(client.get(at("column_panel", dataset, sheet, 1)).content.decode()) <= {"/logout/"}
    assert posts(client.get(at("lookup_page", dataset, "tag")).content.decode()) <= {"/logout/"}


def posts(page: str) -> set[str]:
    """The addresses to which a page's forms send."""
    forms = [form.split(">", 1)[0] for form in page.split("<form")[1:]]
    return {form.split('action="')[1].split('"')[0] for form in forms if 'method="post"' in form}
