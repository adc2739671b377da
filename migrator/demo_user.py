"""The user with whom a newcomer signs in on his own machine."""

from __future__ import annotations

from pathlib import Path

from migrator import secret
from migrator.models import User

NAME = "demo"


def ensure(password_file: Path) -> str:
    """See that the user is there; the password to print, "" where he has chosen another one since.

    He may do everything, the administration included: it is his machine.
    """
    password = secret.kept(password_file, 9)
    user = User.objects.filter(username=NAME).first()
    if user is None:
        User.objects.create_superuser(NAME, password=password)
        return password
    return password if user.check_password(password) else ""
