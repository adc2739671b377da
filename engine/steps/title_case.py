"""Names and titles with capitals where a person would write them."""

from __future__ import annotations

import regex

from engine.steps.step import Context, Example, ValueStep

# Written as here, whatever the cell has. Legal forms: the ones of Odoo's main markets.
_AS_HERE = """
    GmbH mbH gGmbH AG KG KGaA OHG GbR UG SE e.V. e.K. eG LLC LLP LP PLC Ltd Ltd. Inc Inc. Corp Corp. Co Co.
    SA S.A. SAS SARL SàRL SNC SCA SpA S.p.A. Srl S.r.l. SL S.L. SLU NV N.V. BV B.V. BVBA VOF AB A/S ApS Oy Oyj
    Pty Lda Ltda d.o.o. s.r.o. Kft IBM BMW SAP USA UK UAE EU NATO DHL UPS HP AT&T VIP VAT CEO
    II III IV VII VIII IX XII PhD MBA
"""
_SMALL = """
    a an and as at but by for from in of on or the to with de del della der den di da do dos das du des la le les
    el los las y e et und von vom van zu zum zur am im ter ten te bin al
"""
FIXED = {word.lower(): word for word in _AS_HERE.split()}
SMALL = frozenset(_SMALL.split())
_WORD = regex.compile(r"[^\s\-‐–/,;:()\[\]\"“”&+]+(?:&[^\s&]+)?|.", regex.S)
_INITIALS = regex.compile(r"(?:\p{L}\.){2,}\p{L}?\.?")
_ORDINAL = regex.compile(r"(\d+)(st|nd|rd|th)", regex.I)
_SCOTTISH = regex.compile(r"mc\p{L}{3,}(?:['’]s)?", regex.I)
_ELISION = regex.compile(r"([odlm])(['’])(\p{L}{3,})", regex.I)
_VOWELS = regex.compile(r"[aeiouyäöüàáâãåèéêëìíîïòóôõùúûœæø]", regex.I)


def titled(text: str) -> str:
    """`text` with capitals as in a name: words that mix both cases stay as they were typed."""
    shouting = text.isupper()
    words = _WORD.findall(text)
    alone = sum(word[0].isalpha() for word in words) == 1
    done, first = [], True
    for word in words:
        done.append(_word(word, first=first, shouting=shouting and not alone))
        first = first and not word[0].isalnum()
    return "".join(done)


def _word(word: str, *, first: bool, shouting: bool) -> str:
    lower = word.lower()
    if "@" in word or not (word.islower() or word.isupper()):
        return word
    if lower in SMALL and not first and (word.islower() or shouting):
        return lower
    if lower in FIXED and not (first and lower in SMALL):
        return FIXED[lower]
    if any(one.isdigit() for one in word):
        return _ORDINAL.sub(lambda found: found[1] + found[2].lower(), word)
    if _INITIALS.fullmatch(word):
        return word.upper()
    if word.isupper() and _abbreviation(word, shouting=shouting):
        return word
    return _capitalised(lower)


def _abbreviation(word: str, *, shouting: bool) -> bool:
    """Capitals that are meant: no vowel (KPMG), or few letters in a text that has small ones too (IBM)."""
    return len(word) <= (3 if not shouting else 0) or (len(word) <= 5 and not _VOWELS.search(word))


def _capitalised(lower: str) -> str:
    elided = _ELISION.fullmatch(lower)
    if elided:
        return elided[1].upper() + elided[2] + _capitalised(elided[3])
    if _SCOTTISH.fullmatch(lower):
        return "Mc" + lower[2:].capitalize()
    start = next((place for place, one in enumerate(lower) if one.isalpha()), 0)
    return lower[:start] + lower[start:].capitalize()


class TitleCase(ValueStep):
    """Capitals as in a name: O'Neil, McDonald, IBM, GmbH and Inc. keep theirs."""

    slug = "title_case"
    label = "Capitals as in a name"
    help = "Makes the first letter of each word a capital; O'Neil, McDonald, IBM, GmbH and Inc. come out right."
    group = "text"
    examples = (
        Example(("JOHN O'NEIL", "ronald mcdonald", "IBM", ""), ("John O'Neil", "Ronald McDonald", "IBM", "")),
        Example(
            ("müller gmbh", "ACME INC.", "bank of america", "jean-luc PICARD", "iPhone-Laden"),
            ("Müller GmbH", "Acme Inc.", "Bank of America", "Jean-Luc Picard", "iPhone-Laden"),
        ),
        Example(
            ("ludwig van beethoven", "IBM deutschland", "joe's"),
            ("Ludwig van Beethoven", "IBM Deutschland", "Joe's"),
        ),
    )

    def convert(self, text: str, context: Context) -> str:
        return titled(text)


STEPS = (TitleCase,)
