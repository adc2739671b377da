"""Numbers and dates of workbooks as text: 15 significant digits, no exponent; dates year first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.readers.text_column import Integers, Texts

_PLAIN = r"^(?:0|-?[1-9][0-9]*|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9])$"
_DAY = 86_400
_LAST = 2_958_466  # 1 January 10000
_EPOCH_1900 = (date(1899, 12, 30) - date(1970, 1, 1)).days
_SHIFT_1904 = 1462


def plain(numbers: pa.StringArray) -> pa.StringArray:
    """Numbers as a file stores them, as text that everybody can read: 274.65999999999997 -> 274.66, 1.0 -> 1,
    1E-3 -> 0.001. Whole numbers keep all their digits; what is no number stays."""
    short = pc.less_equal(pc.binary_length(numbers), 15)
    fine = pc.and_(pc.match_substring_regex(numbers, _PLAIN), pc.or_(short, _whole(numbers)))
    odd = np.flatnonzero(~np.asarray(fine))
    if not len(odd):
        return numbers
    texts = Texts(numbers)
    texts.put(odd, pa.array([plain_number(text) for text in numbers.take(pa.array(odd)).to_pylist()], pa.string()))
    return texts.whole()


def _whole(numbers: pa.StringArray) -> pa.BooleanArray:
    return pc.invert(pc.match_substring(numbers, "."))


def plain_number(text: str) -> str:
    """One number, written plainly."""
    try:
        if text.lstrip("+-").isdecimal():
            return str(int(text))
        short = f"{float(text):.15g}"
        if "n" in short:  # nan, inf
            return text
    except ValueError:
        return text
    if "e" in short:
        short = format(Decimal(short), "f")
    return "0" if short == "-0" else short


def dates(serials: pa.StringArray, kind: str, date1904: bool) -> pa.StringArray:
    """Serial dates as 2021-01-01, or 2021-01-01 12:00:00 where they have a time; times of day as 12:00:00, and
    elapsed times as 36:00:00. What is no date that a sheet could show stays as it is.
    """
    floats = _floats(serials)
    known = np.isfinite(floats) & (floats >= 0) & (floats < _LAST - (_SHIFT_1904 if date1904 else 0))
    seconds = np.zeros(len(floats), np.int64)
    seconds[known] = np.rint(floats[known] * _DAY)
    days, clock = seconds // _DAY, seconds % _DAY
    if kind == "elapsed":
        return _chosen(known, _clocks(seconds // 3600, clock), serials)
    texts = _calendar(days, clock, date1904)
    timed = (days == 0) & ((kind == "time") | (clock > 0) & (not date1904))
    texts = _chosen(timed, _clocks(clock // 3600, clock), texts)
    return _chosen(known & (timed | (days > 0) | date1904), texts, serials)


def _floats(serials: pa.StringArray) -> npt.NDArray[np.float64]:
    try:
        return np.asarray(pc.cast(serials, pa.float64()))
    except pa.ArrowInvalid:
        return np.array([_float(text) for text in serials.to_pylist()])


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _calendar(days: Integers, clock: Integers, date1904: bool) -> pa.StringArray:
    """Day numbers as dates, with the time where there is one. The first system believes in 29 February 1900."""
    shifted = days + _SHIFT_1904 if date1904 else days + (days < 60)
    since = (shifted + _EPOCH_1900).astype("datetime64[D]")
    texts = pc.cast(pa.array(since), pa.string())
    if not date1904 and (days == 60).any():
        texts = pc.if_else(pa.array(days == 60), "1900-02-29", texts)
    if not clock.any():
        return texts
    with_time = pc.binary_join_element_wise(texts, _clocks(clock // 3600, clock), " ")
    return _chosen(clock > 0, with_time, texts)


def _clocks(hours: Integers, clock: Integers) -> pa.StringArray:
    parts = [pc.utf8_lpad(pc.cast(pa.array(part), pa.string()), 2, "0") for part in
             (hours, clock // 60 % 60, clock % 60)]  # fmt: skip
    return pc.binary_join_element_wise(*parts, ":")


def _chosen(flags: npt.NDArray[np.bool_], yes: pa.StringArray, no: pa.StringArray) -> pa.StringArray:
    return pc.if_else(pa.array(flags), yes, no)


def iso(text: str) -> str:
    """A date that a file stores as ISO text: 2021-01-01T00:00:00 -> 2021-01-01."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        moment = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    except (ValueError, OverflowError):
        return text
    return f"{moment:%Y-%m-%d}" if moment.time() == moment.min.time() else f"{moment:%Y-%m-%d %H:%M:%S}"
