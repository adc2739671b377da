"""Write clean values as one person or system writes them: one hand for each sheet, drawn by the seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from random import Random

import phonenumbers

from bench.mess.truth_tables import MessyCell
from bench.mess.word_lists import people, places

_DATES = {
    "en": ["%m/%d/%Y", "%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%m/%d/%y"], "de": ["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d"],
    "fr": ["%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y"], "es": ["%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y"],
    "it": ["%d/%m/%Y", "%d.%m.%Y", "%d/%m/%y"], "nl": ["%d-%m-%Y", "%d/%m/%Y", "%d-%m-%y"],
    "pt": ["%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y"],
}  # fmt: skip
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DECIMAL_COMMA = {"de", "fr", "es", "it", "nl", "pt"}
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "AUD": "$", "CHF": "CHF", "MXN": "$", "BRL": "R$"}


class Hand:
    """Write cells in one manner. `mess` names the manners that may do harm."""

    def __init__(self, random: Random, language: str, country: str, typed: bool) -> None:
        """Draw the manner; `typed` where the file keeps numbers and dates as such."""
        self.random, self.language, self.country, self.typed = random, language, country, typed
        self.mess: list[str] = []
        self.words = people(language)
        self.date_style = self._draw_date_style()
        self.number_style = self._draw_number_style()
        self.phone_style = self._often(["national", "international", "mixed", "plain", "e164"])
        self.country_style = self._often(["code", "local", "english", "mixed"])
        self.state_style = self._often(["code", "name"])
        self.yes, self.no = random.choice(self.words["yes_no"])
        self.units = {unit: random.choice(names) for unit, names in self.words["units"].items()}
        self.kinds = {
            "consu": random.choice(self.words["goods_words"]),
            "service": random.choice(self.words["service_words"]),
        }
        self.money_sign = self._draw_money_sign()
        self.percent_style = self._often(["percent", "plain", "fraction_mixed", "comma"])

    def _often(self, styles: list[str]) -> str:
        return self.random.choice(styles)

    def _draw_date_style(self) -> str:
        styles = [*_DATES[self.language], *_DATES[self.language]]
        style = self.random.choice([*styles, "%Y%m%d", "typed"])
        if style == "%Y%m%d":
            self.mess.append("dates without separators")
        if style == "typed" and not self.typed:
            style = styles[0]
        return style

    def _draw_number_style(self) -> tuple[str, str]:
        """Return the sign between thousands and that of decimals."""
        if self.typed and self.random.random() < 0.6:
            return "typed", "."
        if self.language in _DECIMAL_COMMA:
            thousands = "'" if self.country == "CH" else self.random.choice([".", ".", "", " ", "\u00a0"])
            return thousands, "." if self.country == "CH" else ","
        return self.random.choice([",", ",", ""]), "."

    def _draw_money_sign(self) -> str:
        """Return where the currency is: before, behind, or nowhere."""
        return self.random.choice(["", "", "", "before", "behind", "format"])

    # --- kinds of values

    def write(self, compare: str, about: str, want: str) -> MessyCell:
        """Return a value as it is written by this hand."""
        writers: dict[str, Callable[[str], MessyCell]] = {
            "phone": self.phone, "country": self.country_name, "boolean": self.yes_or_no, "date": self.day,
            "percent": self.percent, "day": self.day,
        }  # fmt: skip
        if about in {"price", "cost", "credit", "revenue", "balance", "spent", "amount", "total", "debit",
                     "credit_amount", "amount_unsigned"}:  # fmt: skip
            return self.money(want)
        if about in {"weight", "qty", "stock"}:
            return self.number(want)
        if about in {"created_ms", "created_s"}:
            return self.seconds(want, about)
        own: dict[str, Callable[[str], MessyCell]] = {
            "unit": self.unit, "kind": self.goods_kind, "active": self.yes_or_no, "tax": self.percent_or_number,
            "tax_flag": self.yes_or_no, "since": self.day, "hired": self.day, "created": self.moment,
        }  # fmt: skip
        writer = own.get(about) or writers.get(compare)
        if not want or writer is None:
            return MessyCell(want, want)
        return writer(want)

    def phone(self, want: str) -> MessyCell:
        """Return a number in national or international form."""
        number = phonenumbers.parse(want)
        home = phonenumbers.country_code_for_region(self.country) == number.country_code
        style = self.phone_style if self.phone_style != "mixed" else self._often(["national", "international", "plain"])
        if not home and style in {"national", "plain"}:
            style = "international"
        formats = phonenumbers.PhoneNumberFormat
        if style == "international":
            text = phonenumbers.format_number(number, formats.INTERNATIONAL)
            text = self.random.choice([text, text.replace("+", "00"), _with_zero(text)])
        elif style == "e164":
            text = want
        else:
            text = phonenumbers.format_number(number, formats.NATIONAL)
            if style == "plain":
                text = "".join(sign for sign in text if sign.isdigit())
        return MessyCell(text, want)

    def country_name(self, want: str) -> MessyCell:
        """Return a country as a code or a word."""
        names = places()[want]["names"] if want in places() else [want]
        styles = {"code": [want], "local": names[1:2] or names, "english": names[-1:] or names, "mixed": names}
        return MessyCell(self.random.choice(styles[self.country_style] or [want]), want)

    def yes_or_no(self, want: str) -> MessyCell:
        """Return a word for yes or no."""
        text = self.yes if want == "1" else self.no
        return MessyCell(text, want if text else "")

    def goods_kind(self, want: str) -> MessyCell:
        """Return what the system calls goods and services."""
        return MessyCell(self.kinds[want], want)

    def unit(self, want: str) -> MessyCell:
        """Return the sheet's word for a unit."""
        return MessyCell(self.units[want], want)

    def day(self, want: str) -> MessyCell:
        """Return a day in the sheet's form."""
        when = date.fromisoformat(want[:10])
        if self.date_style == "typed":
            return MessyCell(want[:10], want, (), when, "DD.MM.YYYY")
        return MessyCell(self._day_text(when), want)

    def _day_text(self, when: date) -> str:
        style = "%d.%m.%Y" if self.date_style == "typed" else self.date_style
        if "%b" in style:
            return f"{when.day:02d} {_MONTHS[when.month - 1]} {when.year}"
        return when.strftime(style)

    def moment(self, want: str) -> MessyCell:
        """Return a day with a time."""
        when = date.fromisoformat(want[:10])
        # By the day, so that all lines of an order say the same.
        clock = time(7 + when.day % 12, when.day * 7 % 60, when.month * 5 % 60)
        if self.date_style == "typed":
            both = datetime.combine(when, clock)
            return MessyCell(both.isoformat(" "), want, (), both, "DD.MM.YYYY HH:MM")
        text = f"{self._day_text(when)} {clock.isoformat()}"
        return MessyCell(text, want)

    def seconds(self, want: str, about: str) -> MessyCell:
        """Return a moment as it is counted since 1970."""
        when = datetime.combine(date.fromisoformat(want[:10]), time(9, 30), UTC)
        count = int(when.timestamp()) * (1000 if about == "created_ms" else 1)
        return MessyCell(str(count), want, ("times in seconds or milliseconds",))

    def number(self, want: str) -> MessyCell:
        """Return a number in the sheet's form."""
        if not want:
            return MessyCell("", "")
        thousands, point = self.number_style
        if thousands == "typed":
            plain = format(Decimal(want).normalize(), "f")
            return MessyCell(plain, want, (), float(want), self.random.choice(["General", "0.00", "#,##0.00", "0"]))
        return MessyCell(_grouped(want, thousands, point), want)

    def money(self, want: str) -> MessyCell:
        """Return an amount in the sheet's form, perhaps with its currency."""
        cell = self.number(want)
        if not want or not self.money_sign:
            return cell
        currency = places()[self.country]["currency"]
        sign = _SIGNS[currency]
        if cell.value is not None:
            if self.money_sign == "format":
                cell.number_format = f'#,##0.00 "{sign}"'
            return cell
        if self.money_sign == "before":
            cell.text = f"{sign}{cell.text}"
        elif self.money_sign == "behind":
            cell.text = f"{cell.text} {sign}"
        return cell

    def percent(self, want: str) -> MessyCell:
        """Return a share as 5 %, 5 or 0.05."""
        if self.percent_style == "plain":
            return self.number(want)
        if self.percent_style == "fraction_mixed" and self.random.random() < 0.3 and Decimal(want) <= 100:
            point = self.number_style[1]
            fraction = format((Decimal(want) / 100).normalize(), "f").replace(".", point)
            return MessyCell(fraction, want, ("percentages beside fractions",))
        return MessyCell(f"{_grouped(want, '', self.number_style[1])}{self.random.choice(['%', ' %'])}", want)

    def percent_or_number(self, want: str) -> MessyCell:
        """Return a rate of tax."""
        return MessyCell(want if self.percent_style == "plain" else f"{want}%", want)


def _with_zero(text: str) -> str:
    """Return "+49 30 …" as "+49 (0)30 …"."""
    code, space, rest = text.partition(" ")
    if code in {"+49", "+43", "+41", "+44", "+33", "+31", "+32"} and rest[:1].isdigit():
        return f"{code}{space}(0){rest}"
    return text


def _grouped(want: str, thousands: str, point: str) -> str:
    whole, _, decimals = want.partition(".")
    sign = "-" if whole.startswith("-") else ""
    grouped = f"{int(whole.lstrip('-')):,}".replace(",", thousands)
    return f"{sign}{grouped}{point}{decimals}" if decimals else f"{sign}{grouped}"
