"""Say what languages lack that most others have: `python -m engine.values.languages [CODE …]`."""

import sys

from engine.values.languages import lacking, languages


def report(language: str) -> str:
    """Return the lists that a language lacks, a line each, below a line that counts them."""
    missing = lacking(language)
    lines = [f"{language} lacks {len(missing)} lists that most other languages have", *missing]
    return "\n  ".join(lines) + "\n"


if __name__ == "__main__":
    for code in sys.argv[1:] or languages():
        if code not in languages():
            sys.exit(f"There is no file {code}.yml.")
        sys.stdout.write(report(code))
