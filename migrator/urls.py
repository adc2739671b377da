"""All addresses of the portal. The only place where this package knows the apps above it."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from migrator import styleguide, views
from migrator.middleware.sign_in import admin_login

urlpatterns = [
    # Sign-in
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    # A person's own page
    path("account/", views.account, name="account"),
    path("account/tokens/", views.token_new, name="token_new"),
    path("account/tokens/<int:token_id>/delete/", views.token_delete, name="token_delete"),
    path("account/password/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("account/password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    # The apps
    path("", include("profiling.urls")),
    path("", include("mapping.urls")),
    path("", include("exporting.urls")),
    # Administration, without a sign-in page of its own
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
]

if settings.DEBUG:
    urlpatterns += styleguide.urlpatterns
