"""Reports as many systems print them, in several languages: what each row below the titles is."""

from pathlib import Path

import pytest

from engine.readers import open_source
from engine.sheets.sheet_outline import outline_of
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import write_working_file

# A letter for each kind of row, in the order of KIND_NAMES: data, blank, group, section, subtotal, total, titles, note.
LETTERS = "dbgsuthn"

REPORTS = {
    "sap list": (
        """
|Dynamische Listausgabe|||||
||||||
|Buchungskreis 1000|||||
||||||
|Konto|Beleg|Belegdatum|Fällig|Währg|Betrag
|100234 Maier Bau GmbH|||||
||1800000123|12.03.2025|11.04.2025|EUR|1.250,00
||1800000145|15.03.2025|14.04.2025|EUR|300,00-
|*||||EUR|950,00
|100777 Öztürk KG|||||
||1800000201|02.04.2025|02.05.2025|EUR|80,40
|*||||EUR|80,40
|**||||EUR|1.030,40
""",
        "gddugdut",
    ),
    "datev opos": (
        """
OPOS-Liste Debitoren;;;;
Mandant 4711 Muster;;;;Seite 1
;;;;
Konto;Rechnung;Datum;Soll;Haben
10100;Adler & Sohn;;;
;RG-1;01.02.25;1.190,00;
;RG-2;11.02.25;;119,00
Summe;;;1.190,00;119,00
10200;Becker GmbH;;;
;RG-7;03.03.25;238,00;
Summe;;;238,00;0,00
Gesamtsumme;;;1.428,00;119,00
""",
        "gddugdut",
    ),
    "sage aged": (
        """
Aged Debtors,,,,,,
Date:,31/10/2025,,,Page:,1,
,,,,,,
A/C,Name,Ref,Balance,Current,30 Days,Older
A001,Abbey Foods,,,,,
,,INV1,120.00,120.00,0.00,0.00
,,INV2,80.00,0.00,80.00,0.00
,,Totals:,200.00,120.00,80.00,0.00
B001,Barrow Ltd,,,,,
,,INV3,50.50,0.00,0.00,50.50
,,Totals:,50.50,0.00,0.00,50.50
,,Grand Totals:,250.50,120.00,80.00,50.50
""",
        "gddugdut",
    ),
    "zoho customer balance": (
        """
Customer Balances
As of 31 Dec 2025

Customer Name,Invoice Balance,Available Credits,Closing Balance
Alpha Pvt Ltd,1200.00,0.00,1200.00
Bright & Co,300.50,50.00,250.50
Total,1500.50,50.00,1450.50
""",
        "ddt",
    ),
    "myob receivables detail": (
        """
Rec. Detail,,,,,
Receivables Reconciliation [Detail],,,,,
,,,,,
ID No.,Date,Orig. Curr,Total Due,0 - 30,31 - 60
Coffee House,,,,,
00000012,1/03/2025,$440.00,$440.00,$440.00,$0.00
00000015,9/03/2025,$110.00,$110.00,$0.00,$110.00
,,,$550.00,$440.00,$110.00
Island Cafe,,,,,
00000017,10/03/2025,$99.00,$99.00,$99.00,$0.00
00000018,11/03/2025,$1.00,$1.00,$1.00,$0.00
,,,$100.00,$100.00,$0.00
Total:,,,$650.00,$540.00,$110.00
""",
        "gddugddut",
    ),
    "exact nl": (
        """
Openstaande posten debiteuren;;;;
Datum: 31-12-2025;;;;
Boekstuk;Datum;Vervaldatum;Omschrijving;Bedrag
Debiteur: 1001 - Jansen B.V.;;;;
25700001;02-11-2025;02-12-2025;Factuur;1.210,00
25700004;09-11-2025;09-12-2025;Factuur;605,00
Totaal 1001;;;;1.815,00
Debiteur: 1002 - De Vries;;;;
25700002;03-11-2025;03-12-2025;Factuur;121,00
Totaal 1002;;;;121,00
Eindtotaal;;;;1.936,00
""",
        "gddugdut",
    ),
    "freshbooks ar": (
        """
FreshBooks Accounts Aging
,,,
Client,0-30 Days,31-60 Days,Total
Acme,100.00,0.00,100.00
Beta,50.00,25.00,75.00
Total,150.00,25.00,175.00
""",
        "ddt",
    ),
    "qb customer balance detail": (
        """
,Type,Date,Num,Account,Amount,Balance
Abercrombie:Family Room,,,,,,
,Invoice,11/25/2025,71103,11000 A/R,400.00,400.00
,Payment,12/02/2025,,11000 A/R,-100.00,300.00
Total Abercrombie:Family Room,,,,,300.00,300.00
Baker Chris,,,,,,
,Invoice,11/28/2025,71105,11000 A/R,250.00,250.00
Total Baker Chris,,,,,250.00,250.00
TOTAL,,,,,550.00,550.00
""",
        "gddugdut",
    ),
    "qb nested customers": (
        """
,,Type,Date,Num,Amount
Cook Brian,,,,,
,Kitchen,,,,
,,Invoice,09/28/2025,1061,500.00
,,Invoice,09/29/2025,1062,50.00
,Total Kitchen,,,,550.00
,2nd storey,,,,
,,Invoice,10/15/2025,1076,5003.30
,Total 2nd storey,,,,5003.30
Total Cook Brian,,,,,5553.30
Davies Aaron,,,,,
,,Invoice,09/15/2025,1055,14.00
Total Davies Aaron,,,,,14.00
TOTAL,,,,,5567.30
""",
        "sgddugduugdut",
    ),
    "fr grand livre": (
        """
Grand livre auxiliaire;;;;;
Période du 01/01/2025 au 31/12/2025;;;;;
Date;Journal;Pièce;Libellé;Débit;Crédit
411DUPONT DUPONT SARL;;;;;
05/01/2025;VE;FA001;Facture;1 200,00;
20/01/2025;BQ;BQ010;Virement;;1 200,00
Total 411DUPONT;;;;1 200,00;1 200,00
411MARTIN MARTIN;;;;;
06/01/2025;VE;FA002;Facture;350,50;
Total 411MARTIN;;;;350,50;
Total général;;;;1 550,50;1 200,00
""",
        "gddugdut",
    ),
    "es mayor": (
        """
Listado de saldos de clientes;;;
;;;
Factura;Fecha;Vencimiento;Importe
4300001 Aceros del Norte SL;;;
F25/001;10/01/2025;10/02/2025;1.815,00
F25/009;18/01/2025;18/02/2025;605,00
Suma cliente;;;2.420,00
4300002 Bodegas Ruiz;;;
F25/002;11/01/2025;11/02/2025;242,00
Suma cliente;;;242,00
Suma total;;;2.662,00
""",
        "gddugdut",
    ),
    "it scadenzario": (
        """
Scadenzario clienti;;;;
Documento;Data;Scadenza;Dare;Avere
Rossi S.r.l.;;;;
FT 1;01/02/2025;01/03/2025;122,00;
NC 2;05/02/2025;05/03/2025;;22,00
Totale Rossi S.r.l.;;;122,00;22,00
Verdi S.p.A.;;;;
FT 3;02/02/2025;02/03/2025;61,00;
Totale Verdi S.p.A.;;;61,00;
Totale generale;;;183,00;22,00
""",
        "gddugdut",
    ),
    "pt extrato": (
        """
Contas correntes;;;
Documento;Data;Vencimento;Valor
Cliente: Padaria Sol Lda;;;
FT 1/25;2025-01-10;2025-02-10;123,00
FT 2/25;2025-01-12;2025-02-12;246,00
Total do cliente;;;369,00
Cliente: Oficina Lopes;;;
FT 3/25;2025-01-15;2025-02-15;61,50
Total do cliente;;;61,50
Total geral;;;430,50
""",
        "gddugdut",
    ),
    "stock by category": (
        """
Inventory Valuation Summary
,SKU,Qty,Asset Value
Hardware,,,
Door handle,D-1,10,55.00
Hinge,H-1,40,80.00
Total Hardware,,50,135.00
Lumber,,,
Oak board,O-1,5,250.00
Total Lumber,,5,250.00
TOTAL,,55,385.00
""",
        "gddugdut",
    ),
    "price list no totals": (
        """
Artikel;Bezeichnung;Einheit;Preis
Schrauben;;;
1001;Schraube 4x40;Stk;0,12
1002;Schraube 5x60;Stk;0,18
Muttern;;;
2001;Mutter M4;Stk;0,05
2002;Mutter M5;Stk;0,06
Seite 2;;;
Artikel;Bezeichnung;Einheit;Preis
2003;Mutter M6;Stk;0,07
""",
        "gddgddnhd",
    ),
    "employees by dept": (
        """
Name,Phone,Job,Since
Sales,,,
Ann Lee,555-0101,Rep,2020-01-01
Bo Ray,555-0102,Rep,2021-05-01
Support,,,
Cy Orr,555-0103,Agent,2019-02-01
Di Poe,555-0104,Agent,2022-03-01
""",
        "dddddd",
    ),
    "flat total wrong": (
        """
Invoice,Date,Amount
R1,2025-01-01,10.00
R2,2025-01-02,20.00
R3,2025-01-03,30.00
R4,2025-01-04,40.00
Total,,90.00
""",
        "ddddt",
    ),
    "carried forward": (
        """
Konto;Text;Soll;Haben
1000;Kasse;10,00;
1200;Bank;20,00;
Übertrag;;30,00;
Konto;Text;Soll;Haben
Übertrag;;30,00;
1400;Ford.;5,00;
Summe;;35,00;
""",
        "dduhudt",
    ),
    "two blocks side": (
        """
Customers,,,,Suppliers,,
No,Name,City,,No,Name,City
1,Acme,Rome,,9,Zeta,Bonn
2,Beta,York,,8,Yota,Kiel
""",
        "dd",
    ),
    "date groups": (
        """
Time,Customer,Amount
Monday 03/03/2025,,
09:00,Acme,10.00
10:30,Beta,12.50
Tuesday 04/03/2025,,
09:15,Cato,8.00
11:00,Acme,9.00
""",
        "gddgdd",
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_each_row_is_known(name, tmp_path: Path):
    text, kinds = REPORTS[name]
    path = tmp_path / "report.csv"
    path.write_text(text.removeprefix("\n"), encoding="utf-8")
    with open_source(path, path.name) as source:
        shape = find_table(source.sheets[0])
        working = write_working_file(source.sheets[0], shape, tmp_path / "report.arrow")
    outline = outline_of(working)
    assert "".join(LETTERS[code] for code in outline.kinds.codes.tolist()) == kinds
    differing = [one.row for one in outline.totals.differing]
    assert bool(differing) == (name == "flat total wrong"), differing
