"""All addresses of the portal, with the style guide that only DEBUG serves."""

from migrator.styleguide import urlpatterns as guide
from migrator.urls import urlpatterns as portal

urlpatterns = [*guide, *portal]
