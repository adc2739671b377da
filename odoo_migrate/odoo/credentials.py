"""Find passwords and API keys, and keep them out of every text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NoReturn

from odoo_migrate.odoo.odoo_errors import Rejected

Kind = Literal["password", "key"]
PASSWORD_VARIABLE = "ODOO_PASSWORD"  # noqa: S105 - the name of a variable
KEY_VARIABLE = "ODOO_API_KEY"
HIDDEN = "***"
_LONGEST_FILE = 4096  # bytes; whatever is longer is no password file


class Secret:
    """Hold a password or key that shows as `***` wherever it is printed."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        """Take the text to keep."""
        self.__text = text

    def reveal(self) -> str:
        """Return the text, for the one who sends it."""
        return self.__text

    def out_of(self, text: str) -> str:
        """Return a text with every occurrence of the secret as a word hidden: a server may repeat what it got."""
        if not self.__text or self.__text not in text:
            return text
        # As a word only: a password such as "a" would otherwise leave nothing legible.
        return re.sub(rf"(?<!\w){re.escape(self.__text)}(?!\w)", HIDDEN, text)

    def __bool__(self) -> bool:
        """Tell whether there is any text."""
        return bool(self.__text)

    def __eq__(self, other: object) -> bool:
        """Tell whether both hold the same text."""
        return isinstance(other, Secret) and other.reveal() == self.__text

    def __hash__(self) -> int:
        """Return a hash of the text."""
        return hash(self.__text)

    def __repr__(self) -> str:
        """Return the mask."""
        return HIDDEN

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled."""
        raise TypeError("A secret is not written anywhere.")


def find_secret(
    env: Mapping[str, str],
    file: Path | None = None,
    prompt: Callable[[], str] | None = None,
    option: str | None = None,
    *,
    password_first: bool = False,
) -> tuple[Secret, Kind]:
    """Return the secret to sign in with, from the first place that has one.

    These are `option`, the first line of `file`, ODOO_API_KEY, ODOO_PASSWORD and `prompt`; with `password_first`,
    ODOO_PASSWORD comes before ODOO_API_KEY. Line ends around a variable's text, as of a file of variables from Windows,
    are no part of it. Raises Rejected where there is none, or where the file cannot be read.
    """
    if option:
        return Secret(option), "password"
    if file is not None:
        return Secret(_in_file(file)), "password"
    variables: list[tuple[str, Kind]] = [(KEY_VARIABLE, "key"), (PASSWORD_VARIABLE, "password")]
    if password_first:
        variables.reverse()
    for name, kind in variables:
        text = env.get(name, "").strip("\r\n")
        if text:
            return Secret(text), kind
    given = ""
    if prompt:  # only where somebody sits at a terminal
        given = prompt()
    if not given:
        raise Rejected(
            f"There is no password: set {PASSWORD_VARIABLE} or {KEY_VARIABLE}, or name a file that holds it."
        )
    return Secret(given), "password"


def _in_file(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            lines = opened.read(_LONGEST_FILE).decode("utf-8").splitlines()
    except OSError as error:
        raise Rejected(f"The password file {file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Rejected(f"The password file {file} cannot be read: it is not UTF-8.") from None
    if not lines or not lines[0]:
        raise Rejected(f"The password file {file} has nothing in its first line.")
    return lines[0]
