"""Datasets, files, findings and jobs: parse, call one service or selector, render."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from migrator import jobs
from migrator.middleware.sign_in import Request
from profiling import pages, sample_datasets, services
from profiling.access import Role, dataset_for, file_for, job_for, sheet_for, visible_datasets
from profiling.forms import DatasetForm, EncodingForm, HeaderForm, NewDatasetForm, ShareForm, UploadForm, said_rows
from profiling.models import Dataset, Membership


# --- Datasets -------------------------------------------------------------------------------------------------
@require_GET
def dashboard(request: Request) -> HttpResponse:
    """Show all datasets that the person may see."""
    datasets = visible_datasets(request.user).select_related("owner").prefetch_related("sheets", "files__job")
    return render(request, "profiling/dashboard.html", pages.dashboard(request.user, datasets))


@require_http_methods(["GET", "POST"])
def dataset_new(request: Request) -> HttpResponse:
    """Name a new dataset; its files come next."""
    form = NewDatasetForm(request.POST or None)
    if form.is_valid():
        dataset = services.create_dataset(owner=request.user, **form.cleaned_data)
        return redirect("dataset_files", dataset.pk)
    return render(request, "profiling/dataset_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def samples_load(request: Request) -> HttpResponse:
    """Make the sample datasets, to try the portal on."""
    made = sample_datasets.load_samples(owner=request.user)
    messages.success(
        request, f"{len(made)} sample datasets are being read." if made else "You have all samples already."
    )
    return redirect("dashboard")


@require_http_methods(["GET", "POST"])
def dataset_settings(request: Request, dataset_id: int) -> HttpResponse:
    """Show and keep what holds for the whole dataset, and with whom it is shared."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR if request.method == "POST" else Role.VIEWER)
    form = DatasetForm(request.POST or None, instance=dataset)
    if form.is_valid():
        services.change_settings(dataset=dataset, values=form.cleaned_data, user=request.user)
        messages.success(request, "Saved.")
        return redirect("dataset_settings", dataset.pk)
    return _settings(request, dataset, form, ShareForm())


@require_POST
def dataset_share(request: Request, dataset_id: int) -> HttpResponse:
    """Let another person see or edit the dataset."""
    dataset = dataset_for(request.user, dataset_id, Role.OWNER)
    form = ShareForm(request.POST)
    if form.is_valid():
        person, role = form.cleaned_data["person"], form.cleaned_data["role"]
        try:
            services.share(dataset=dataset, person=person, role=role, user=request.user)
        except ValueError as problem:
            form.add_error("person", str(problem))
        else:
            messages.success(request, f"Shared with {person}.")
            return redirect("dataset_settings", dataset.pk)
    return _settings(request, dataset, DatasetForm(instance=dataset), form)


@require_POST
def dataset_unshare(request: Request, dataset_id: int, membership_id: int) -> HttpResponse:
    """Take a person's access away."""
    dataset = dataset_for(request.user, dataset_id, Role.OWNER)
    membership = get_object_or_404(Membership, pk=membership_id, dataset=dataset)
    services.unshare(membership=membership, user=request.user)
    messages.success(request, f"{membership.user} no longer sees this dataset.")
    return redirect("dataset_settings", dataset.pk)


@require_http_methods(["GET", "POST"])
def dataset_delete(request: Request, dataset_id: int) -> HttpResponse:
    """Delete a dataset with everything derived from it, after saying what that is."""
    dataset = dataset_for(request.user, dataset_id, Role.OWNER)
    if request.method == "POST":
        services.delete_dataset(dataset=dataset, user=request.user)
        messages.success(request, f"'{dataset.name}' and everything made from it was deleted.")
        return redirect("dashboard")
    return render(request, "profiling/delete.html", pages.of_dataset(request.user, dataset, "settings"))


def _settings(request: Request, dataset: Dataset, form: DatasetForm, share_form: ShareForm) -> HttpResponse:
    bound = form.is_bound or share_form.is_bound
    fresh = Dataset.objects.get(pk=dataset.pk)  # an invalid form has written its values to `dataset`
    context = pages.settings(request.user, fresh, form, share_form)
    return render(request, "profiling/settings.html", context, status=422 if bound else 200)


# --- Files and sheets -----------------------------------------------------------------------------------------
@require_GET
def dataset_files(request: Request, dataset_id: int) -> HttpResponse:
    """Show the dataset's files, what is being read, and the sheets in them."""
    dataset = dataset_for(request.user, dataset_id)
    return _files(request, dataset, UploadForm())


@require_POST
def file_upload(request: Request, dataset_id: int) -> HttpResponse:
    """Keep the uploads and have them read in the background."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _files(request, dataset, form, status=422)
    for upload in form.cleaned_data["files"]:
        services.upload_file(dataset=dataset, upload=upload, name=upload.name, user=request.user)
    return _files(request, dataset, UploadForm()) if request.htmx else redirect("dataset_files", dataset.pk)


@require_POST
def file_delete(request: Request, dataset_id: int, file_id: int) -> HttpResponse:
    """Delete a file, in all its versions, with what was read from it."""
    source = file_for(request.user, dataset_id, file_id, Role.EDITOR)
    services.delete_file(source=source, user=request.user)
    return _files_again(request, source.dataset)


@require_POST
def file_encoding(request: Request, dataset_id: int, file_id: int) -> HttpResponse:
    """Read a text file again in another encoding."""
    source = file_for(request.user, dataset_id, file_id, Role.EDITOR)
    form = EncodingForm(request.POST)
    if form.is_valid():
        services.set_encoding(source=source, encoding=form.cleaned_data["encoding"], user=request.user)
    return _files_again(request, source.dataset)


@require_http_methods(["GET", "POST"])
def sheet_header(request: Request, dataset_id: int, sheet_id: int) -> HttpResponse:
    """Show the first rows of a sheet, and let a person say which of them hold the titles."""
    sheet = sheet_for(request.user, dataset_id, sheet_id, Role.EDITOR if request.method == "POST" else Role.VIEWER)
    form = HeaderForm(request.POST or None, initial={"rows": said_rows(sheet.header_override)})
    if form.is_valid():
        services.set_header(sheet=sheet, rows=form.cleaned_data["rows"], user=request.user)
        return redirect("dataset_files", sheet.dataset_id)
    context = pages.header(request.user, sheet, form)
    return render(request, "profiling/sheet_header.html", context, status=422 if form.is_bound else 200)


@require_POST
def sheet_skip(request: Request, dataset_id: int, sheet_id: int) -> HttpResponse:
    """Leave a sheet out, or take it in again."""
    sheet = sheet_for(request.user, dataset_id, sheet_id, Role.EDITOR)
    services.set_skip(sheet=sheet, skip=request.POST.get("skip") == "1", user=request.user)
    return _files_again(request, sheet.dataset)


@require_POST
def sheet_delete(request: Request, dataset_id: int, sheet_id: int) -> HttpResponse:
    """Delete a sheet with everything decided about it; its file stays."""
    sheet = sheet_for(request.user, dataset_id, sheet_id, Role.EDITOR)
    services.delete_sheet(sheet=sheet, user=request.user)
    return _files_again(request, sheet.dataset)


def _files(request: Request, dataset: Dataset, form: UploadForm, status: int = 200) -> HttpResponse:
    part = "#files" if request.htmx else ""
    context = pages.files(request.user, dataset, form)
    return render(request, f"profiling/files.html{part}", context, status=status)


def _files_again(request: Request, dataset: Dataset) -> HttpResponse:
    return _files(request, dataset, UploadForm()) if request.htmx else redirect("dataset_files", dataset.pk)


# --- Jobs -----------------------------------------------------------------------------------------------------
@require_GET
def job_status(request: Request, job_id: int) -> HttpResponse:
    """Answer a running job's page, which asks every two seconds; a finished job reloads its page."""
    jobs.sweep()
    return _job(request, job_id, Role.VIEWER)


@require_POST
def job_cancel(request: Request, job_id: int) -> HttpResponse:
    """Ask a job to stop."""
    job, _ = job_for(request.user, job_id, Role.EDITOR)
    jobs.cancel(job)
    return _job(request, job_id, Role.EDITOR)


@require_POST
def job_retry(request: Request, job_id: int) -> HttpResponse:
    """Run a failed or cancelled job again."""
    job, _ = job_for(request.user, job_id, Role.EDITOR)
    jobs.retry(job)
    return _job(request, job_id, Role.EDITOR)


def _job(request: Request, job_id: int, need: Role) -> HttpResponse:
    job, dataset = job_for(request.user, job_id, need)
    if not request.htmx:
        return redirect("dataset_files", dataset.pk)
    answer = render(request, "components/job.html", {"job": job, **pages.of_dataset(request.user, dataset, "")})
    if job.ended:
        answer["HX-Refresh"] = "true"
    return answer
