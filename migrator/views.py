"""The account page: name, time zone, API tokens, password."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from migrator.forms import PersonForm, TokenForm
from migrator.models import ApiToken, User, record


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show a person's own page, and keep name, address and time zone."""
    person = _person(request)
    form = PersonForm(request.POST or None, instance=person)
    if form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("account")
    return _page(request, form, TokenForm(), status=422 if form.is_bound else 200)


@require_POST
def token_new(request: HttpRequest) -> HttpResponse:
    """Make a token and show its text, this once."""
    person, form = _person(request), TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, PersonForm(instance=person), form, status=422)
    token, text = ApiToken.issue(person, form.cleaned_data["name"])
    record(person, "token.new", f"Made the API token {token}")
    return _page(request, PersonForm(instance=person), TokenForm(), issued=text)


@require_POST
def token_delete(request: HttpRequest, token_id: int) -> HttpResponse:
    """Take a token back; whoever uses it is locked out from now on."""
    token = get_object_or_404(ApiToken, pk=token_id, user=_person(request))
    record(token.user, "token.delete", f"Removed the API token {token}")
    token.delete()
    messages.success(request, f"The token {token.name} no longer works.")
    return redirect("account")


def _page(
    request: HttpRequest, form: PersonForm, token_form: TokenForm, *, issued: str = "", status: int = 200
) -> HttpResponse:
    tokens = ApiToken.objects.filter(user=_person(request))
    context = {"form": form, "token_form": token_form, "tokens": tokens, "issued": issued}
    return render(request, "migrator/account.html", context, status=status)


def _person(request: HttpRequest) -> User:
    person = request.user
    assert isinstance(person, User)
    return person
