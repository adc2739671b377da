"""The words by which totals and notes below a table are known, in seven languages, and what amounts look like."""

from __future__ import annotations

import re

_TOTAL = r"totals?|totale[ns]?|totaal|totales|totais|totaux|summen?|somme|suma|soma|saldo|solde|sum|gesamt"
_GRAND = "|".join(
    (
        r"(?:grand|overall|report) totals?",
        r"total g[eé]n[eé]ral|totale? gener(?:al|ale)|total geral|totaal generaal|totale complessivo|somme totale",
        r"eindtotaal|gesamt(?:summe|betrag|ergebnis|total|saldo|wert)|end(?:summe|betrag|saldo)|insgesamt",
        r"(?:suma|soma|importe|montant) total|total (?:amount|overall)",
    )
)
_SUB = "|".join(
    (
        r"sub-?\s?tota\w+|zwischensummen?|zwischentotal|teilsummen?",
        r"sous-?\s?tota(?:l|ux)|tussentotaal|somma parziale",
    )
)
_OF = "|".join(
    (
        r"for|of|für|fuer|von|vom|per|zum|am|pour|de|des|du|del|di|da|do|van|voor|por|para|at|on",
        r"customer|account|kunde|konto|client|compte|cliente|cuenta|conto|klant|rekening|conta",
    )
)
_AT_END = r"total|totals|summe|ergebnis|subtotal"
_CLOSING = r"(?:\s*[:=*]*|\s*\([^)]*\)|\s+[A-Z]{3}|\s+[€$£¥])\s*"

CANDIDATE = rf"(?i)^[\s*=]*(?:{_GRAND}|{_SUB}|{_TOTAL})(?:[\s:=*(]|$)|\s(?:{_AT_END})[\s:*]*$"
"""Labels that may be those of totals; for Arrow's regular expressions. The others are asked of these only."""

GRAND_LABEL = re.compile(rf"(?i)[\s*=]*(?:{_GRAND})\b.*|(?:[\s*=]*(?:{_TOTAL})){_CLOSING}", re.DOTALL)
SUB_LABEL = re.compile(rf"(?i)[\s*=]*(?:(?:{_SUB})\b.*|(?:{_TOTAL})[\s:]+(?:{_OF})\b.*)", re.DOTALL)
NAMED = re.compile(
    rf"(?i)[\s*=]*(?:{_TOTAL})[\s:–-]+(?P<after>.+?)\s*|(?P<before>.+?)\s+(?:{_AT_END})[\s:*]*", re.DOTALL
)
"""Total Acme, Acme Total: a total only where Acme is a group."""

AMOUNT = re.compile(
    r"[-–—]*|(?:[A-Z]{2,3}\.?\s?)?[\s(+−–-]*[€$£¥₹]?[\s(+−–-]*[0-9][0-9.,'’\s\u00a0\u202f]*[\s)%+−–-]*"
    r"(?:\s?(?:[A-Z]{3}|[€$£¥₹%]|DR|CR|[SH]))?[)−–-]*"
)

_MONTH = "|".join(
    (
        r"jan|feb|fév|mar|mär|mrt|apr|avr|abr|may|mai|maj|mag|jun|jui|jul|aug|aoû|ago|sep|set|oct|okt|out|nov",
        r"dec|dez|déc|dic|gen|giu|lug|ott|ene",
    )
)
_STAMPS = (
    r"printed|print date|generated|created|exported|downloaded|produced|report\b|run (?:date|on|by)|as (?:of|at)\b",
    r"end of\b|source\b|notes?\b|remarks?\b|confidential|copyright|©|all rights|filter|sort(?:ed)? by",
    r"(?:accrual|cash) basis|gedruckt|druckdatum|erstellt|ausgedruckt|stand\b|stichtag|ende\b|quelle|hinweis",
    r"anmerkung|bemerkung|vertraulich|auswertung|imprim|édité|généré|remarque|fin d|impreso|generado|fuente|nota",
    r"fin del|stampato|generato|fonte|fine\b|afgedrukt|gegenereerd|bron\b|opmerking|einde\b|impresso|gerado|emitido",
)
_COUNTED = (
    r"records?|rows?|entries|items?|results?|customers?|datens[aä]tze?|zeilen|eintr[aä]ge|positionen|lignes",
    r"enregistrements|registros|filas|righe|rijen|linhas",
)
_NOTES = (
    rf"(?:{'|'.join(_STAMPS)}).*",
    r".*\b(?:page|seite|página|pagina|pág|blatt|bladzijde)\.?\s*[0-9]+.*",
    rf"[0-9.,]+\s+(?:{'|'.join(_COUNTED)})\b.*",
    r"(?:number of )?(?:records?|rows?|count|entries|anzahl|nombre|cantidad|numero|aantal)\b[^:]{0,30}:\s*[0-9.,]+.*",
    r"(?:\w+day|\w+tag|[a-zç]+di|\w+dag),?\s.*[0-9]{4}.*",
    rf"[0-9]{{1,2}}\.?\s?(?:{_MONTH})\w*\.?,?\s[0-9]{{4}}.*:[0-9]{{2}}.*",
    rf"(?:{_MONTH})\w*\.?\s[0-9]{{1,2}},?\s[0-9]{{4}}.*:[0-9]{{2}}.*",
    r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4},?[T\s]+[0-9]{1,2}:[0-9]{2}.*",
)
NOTE = re.compile(rf"(?i)\W*(?:{'|'.join(_NOTES)})", re.DOTALL)
"""Report stamps, page numbers and counts of records."""
