"""Steps on countries, states and postal codes."""

from __future__ import annotations

from engine.steps.reading_step import COUNTRY, COUNTRY_COLUMN, CountryReadingStep, ReadingStep
from engine.steps.step import Context, Example
from engine.values import NotRead, countries, postcodes, states


class CountryToIso(ReadingStep):
    """Write ISO alpha-2 codes; parts of the United Kingdom become GB. Nothing is guessed from a likeness."""

    slug = "country_to_iso"
    label = "Write countries as codes"
    help = "Writes USA, England, Deutschland or D as US, GB, DE, DE."
    group = "address"
    writes = "country"
    # Not safe: England and Scotland both become GB.
    examples = (
        Example(
            ("USA.", "England", "Deutschland", "us", "NA", "Atlantis", ""),
            ("US", "GB", "DE", "US", "NA", "Atlantis", ""),
            {},
            (5,),
        ),
    )

    def read(self, text: str, context: Context) -> str:
        code = countries.address_code(text)
        if not code:
            raise NotRead("no country is called that")
        return code


class StateToCode(CountryReadingStep):
    """Write country and code, `US-CA`: a state's name or code alone may be one of several countries."""

    slug = "state_to_code"
    label = "Write states as codes"
    help = "Writes California, Calif. or CA as US-CA, by the country of the row."
    group = "address"
    writes = "state"
    safe = True
    params = (COUNTRY_COLUMN, COUNTRY)
    examples = (
        Example(
            ("California", "CA", "US-CA", "Calif.", "Punjab", ""),
            ("US-CA", "US-CA", "US-CA", "US-CA", "Punjab", ""),
            {"country": "US"},
            (4,),
        ),
        Example(
            ("Punjab", "Punjab", "Bavaria", "CA", "Victoria"),
            ("IN-PB", "PK-PB", "DE-BY", "US-CA", "Victoria"),
            {"country_column": "Country", "country": "US"},
            (4,),
            {"Country": ("India", "PK", "Deutschland", "", "Atlantis")},
        ),
    )

    def read(self, text: str, country: str) -> str:
        code = states.code(text, country)
        if code:
            return code
        # The name may well be right where only the country is missing, so the reason says that.
        if not country:
            raise NotRead("its country is not known, and several countries may have a state of this name")
        raise NotRead(f"{country} has no state of this name")


class ZipClean(CountryReadingStep):
    """Write postal codes as their country does.

    Zeros in front are added in the US only, where a code always has five digits; elsewhere a code that lost them is
    listed.
    """

    slug = "zip_clean"
    label = "Clean postal codes"
    help = "Writes postal codes as their country does: SW1A 1AA, 02134, 1234 AB."
    group = "address"
    writes = "postal_code"
    safe = True
    params = (COUNTRY_COLUMN, COUNTRY)
    examples = (
        Example(
            ("2134", "02134", "021341234", "10001-1234", "ABC", ""),
            ("02134", "02134", "02134-1234", "10001-1234", "ABC", ""),
            {"country": "US"},
            (4,),
        ),
        Example(
            ("sw1a1aa", "1234ab", "D-80331", "1067", " x 12 "),
            ("SW1A 1AA", "1234 AB", "80331", "1067", "X 12"),
            {"country_column": "Country"},
            (3,),
            {"Country": ("England", "NL", "DE", "DE", "")},
        ),
    )

    def read(self, text: str, country: str) -> str:
        return postcodes.clean(text, country)


STEPS = (CountryToIso, StateToCode, ZipClean)
