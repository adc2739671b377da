"""Steps on emails, phone numbers, web addresses and names."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.steps.contact_steps import EmailClean, EmailSplit, UrlClean
from engine.steps.name_steps import CompanyOrPerson, NameJoin, NameSplit
from engine.steps.phone_steps import PhoneNormalize, PhoneSplit
from engine.steps.step import ColumnStep, Context
from tests.converted_columns import convert, expected_customers, sample_column, sample_rows
from tests.unit.test_knowledge_phones import by_library, generated


def test_known_answers_for_phones() -> None:
    step = PhoneNormalize(country="US", extension_to="Extension")
    result = convert(step, ["(415) 555-2671 x204", "+15551234567", "555-1234", "12", ""])
    assert result.values == ["+14155552671", "+15551234567", "555-1234", "12", ""]
    assert result.added == {"Extension": ["204", "", "", "", ""]}
    assert result.could_not == [2, 3]
    assert result.reasons["555-1234"] == "the area code is missing"
    assert convert(PhoneNormalize(), ["+49 (0)30 901820"]).values == ["+4930901820"]
    assert convert(PhoneNormalize(country="BE"), ["0032 2 555 12 12"]).values == ["+3225551212"]


def test_an_extension_is_never_lost() -> None:
    result = convert(PhoneNormalize(country="US"), ["(415) 555-2671 x204", "415-555-2671"])
    assert (result.values, result.could_not) == (["(415) 555-2671 x204", "+14155552671"], [0])


def test_words_are_never_dialled_but_where_numbers_are_spelled_out() -> None:
    result = convert(PhoneNormalize(country="DE"), ["030 901820 privat", "030 901820", "1-800-FLOWERS"])
    assert (result.values, result.could_not) == (["030 901820 privat", "+4930901820", "1-800-FLOWERS"], [0, 2])
    assert convert(PhoneNormalize(country="US"), ["1-800-FLOWERS"]).values == ["+18003569377"]


def test_the_country_of_the_row() -> None:
    step = PhoneNormalize(country_column="Country", country="US")
    result = convert(step, ["030 901820"] * 4 + ["212 555 0199"], Country=["Germany", "de", "Atlantis", "", ""])
    assert result.values == ["+4930901820", "+4930901820", "030 901820", "030 901820", "+12125550199"]
    assert result.could_not == [2, 3]
    assert convert(PhoneNormalize(), ["030 901820"], Context(country="DE")).values == ["+4930901820"]


@pytest.mark.parametrize("country", ["US", "DE", "GB", "FR", "IT", "BR"])
def test_a_column_is_no_different_from_the_library(country: str) -> None:
    rnd = random.Random(country)
    texts = [text for text, _ in (generated(rnd) for _ in range(3_000)) if "privat" not in text and text.strip()]
    result = convert(PhoneNormalize(country=country, extension_to="Extension"), texts)
    could_not = set(result.could_not)
    for place, text in enumerate(texts):
        answer = by_library(text, country)
        if answer and by_library(answer[0], country) != (answer[0], ""):
            answer = None  # +49 000…: every reading takes a 0 away
        assert (place in could_not) == (answer is None), text
        assert (result.values[place], result.added["Extension"][place]) == (answer or (text, ""))


def test_phones_of_the_samples() -> None:
    result = convert(PhoneNormalize(country="US"), sample_column("messy_customers.xlsx", "Phone"))
    assert (result.values, result.could_not) == (expected_customers("Phone"), [])
    for title in ("Ph #", "Cell"):
        assert convert(PhoneNormalize(country="GB"), sample_column("aggregated.xlsx", title)).could_not == []
    contacts = [row["Phone"] for row in sample_rows("salesforce_contacts.csv")]
    salesforce = convert(PhoneNormalize(country="US", extension_to="Ext."), contacts)
    assert salesforce.could_not == []
    assert sum(bool(extension) for extension in salesforce.added["Ext."]) == 60


def test_several_numbers_in_a_cell() -> None:
    cells = ["Phone:(312) 418-9537 Mobile:7133611856", "Phone:(312) 304-7780", "030 901820; 030 901821", "n/a"]
    result = convert(PhoneSplit(mobile_to="Mobile"), cells)
    assert result.values == ["(312) 418-9537", "(312) 304-7780", "030 901820", "n/a"]
    assert result.added == {"Other phones": ["", "", "030 901821", ""], "Mobile": ["7133611856", "", "", ""]}


def test_emails() -> None:
    texts = [
        "mailto:A@B.com",
        "Ann <a@b.com>",
        "a@b.com.",
        "Jennifer.Wright@@example,com",
        "a@b.com, c@d.com",
        "n/a",
    ]
    result = convert(EmailClean(), texts)
    assert result.values == ["A@b.com", "a@b.com", "a@b.com", *texts[3:]]
    assert result.could_not == [3, 4, 5]
    split = convert(EmailSplit(rest_to="More"), texts)
    assert split.values == ["A@b.com", "a@b.com", "a@b.com", texts[3], "a@b.com", "n/a"]
    assert split.added == {"More": ["", "", "", "", "c@d.com", ""]}
    assert split.could_not == [3, 5]


def test_emails_of_the_sample() -> None:
    result = convert(EmailClean(), [row["Email"] for row in sample_rows("salesforce_contacts.csv")])
    assert len(result.could_not) == 33


def test_web_addresses() -> None:
    result = convert(
        UrlClean(), ["HTTPS://WWW.logan.org", "www.Acme.com/A?b=C", "http://acme.com:8080", "a@b.com", "x y.de"]
    )
    assert result.values == [
        "https://www.logan.org", "http://www.acme.com/A?b=C", "http://acme.com:8080", "a@b.com", "x y.de",
    ]  # fmt: skip
    assert result.could_not == [3, 4]
    assert convert(UrlClean(), [row["Website"] for row in sample_rows("salesforce_accounts.csv")]).could_not == []


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("SMITH, John", "John SMITH"), ("Berg, Dr. Jan van der", "Dr. Jan van der Berg"),
        ("Smith, John Jr.", "John Smith Jr."),
        ("van Dyke, Anna-Maria", "Anna-Maria van Dyke"), ("O'Neil, Pat", "Pat O'Neil"),
        ("John Smith, Jr.", "John Smith Jr."),
        ("Acme, Inc.", "Acme, Inc."), ("Green, Brooks and Sullivan", "Green, Brooks and Sullivan"),
        ("Müller, Maier & Co", "Müller, Maier & Co"), ("John Smith", "John Smith"),
        ("Studio 54, Berlin", "Studio 54, Berlin"),
    ],
)  # fmt: skip
def test_names_turned_round(text: str, turned: str) -> None:
    result = convert(NameSplit(), [text])
    assert (result.values, result.could_not) == ([turned], [])


def test_names_taken_apart() -> None:
    step = NameSplit(first_to="First", last_to="Last", title_to="Title")
    names = ["Dr. John M. Smith", "Ludwig van Beethoven", "Acme GmbH", "Cher", "Smith, Ann", "Ana Garcia Lopez"]
    result = convert(step, names)
    assert result.added["First"] == ["John M.", "Ludwig", "", "", "Ann", ""]
    assert result.added["Last"] == ["Smith", "van Beethoven", "", "", "Smith", ""]
    assert result.added["Title"] == ["Dr.", "", "", "", "", ""]
    assert result.could_not == [3, 5]


def test_names_joined() -> None:
    result = convert(NameJoin(first_column="First"), ["Lee", ""], First=[" Ann ", ""])
    assert (result.values, result.added) == (["Lee", ""], {"Full name": ["Ann Lee", ""]})


def test_companies_told_from_people() -> None:
    result = convert(CompanyOrPerson(), ["Acme GmbH", "Mrs. Ann Lee", "Lee, Ann", "Jackson Group", "Ann Lee"])
    assert result.added["Company or person"] == ["company", "person", "person", "company", ""]
    assert result.could_not == [4]


TEXTS = st.text(alphabet=st.sampled_from("aB1@.,;:/<> -+()x\n'&üß"), max_size=25) | st.text(max_size=10)
STEPS: list[ColumnStep] = [
    EmailClean(), UrlClean(), UrlClean(scheme="none"), PhoneNormalize(country="US"), PhoneNormalize(country="DE"),
    EmailSplit(), PhoneSplit(), PhoneSplit(mobile_to="M"), NameSplit(), CompanyOrPerson(),
    NameSplit(first_to="F", last_to="L"),
]  # fmt: skip


@given(st.lists(TEXTS, max_size=8))
def test_columns_are_accepted_as_they_come_out(values: list[str]) -> None:
    for step in STEPS:
        once = convert(step, values)
        assert convert(step, once.values).values == once.values, step.slug
        assert [once.values[place] for place in once.could_not] == [values[place] for place in once.could_not]
        assert [bool(value) for value in once.values] == [bool(value) for value in values]
