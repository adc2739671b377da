"""Findings about emails, web addresses, phone numbers, countries, states and postal codes."""

import pytest

from tests.small_profiles import column, finding, profiled


def test_emails_that_are_not_valid(tmp_path):
    cells = ["a@acme.com", "b@chase", "c@@acme,com", "d@acme.com", "none", "e f@acme.com", "ünal@müller.de"]
    found = finding(profiled(tmp_path, {"Email": cells}), "invalid_emails")
    assert found.message == "3 emails are not valid"
    assert (found.rows, found.examples, found.severity) == (
        [3, 4, 7],
        ["b@chase", "c@@acme,com", "e f@acme.com"],
        "problem",
    )
    assert found.fix is None


def test_one_email_that_is_not_valid(tmp_path):
    assert (
        finding(profiled(tmp_path, {"Email": ["a@b.com", "x@y"]}), "invalid_emails").message == "1 email is not valid"
    )


def test_several_emails_in_a_cell(tmp_path):
    found = finding(profiled(tmp_path, {"Email": ["a@b.com, c@d.com", "a@b.com", "x@y.org;z@y.org"]}), "several_emails")
    assert found.message == "2 cells hold more than one email"
    assert (found.rows, found.fix.step, found.safe) == ([2, 4], "email_split", True)


def test_emails_with_something_around_them(tmp_path):
    cells = ["mailto:a@b.com", "Ann Lee <ann@b.com>", "c@d.com.", "e@f.com", " g@h.com "]
    profile = profiled(tmp_path, {"Email": cells})
    assert finding(profile, "dressed_emails").rows == [2, 3, 4]
    assert finding(profile, "dressed_emails").fix.step == "email_clean"
    assert finding(profile, "invalid_emails") is None


def test_capitals_in_emails(tmp_path):
    found = finding(profiled(tmp_path, {"Email": ["Info@Acme.Com", "a@b.com", "c@D.com"]}), "email_capitals")
    assert (found.message, found.fix.step, found.safe) == ("2 emails have capital letters", "lowercase", False)


def test_phone_numbers_in_several_formats(tmp_path):
    cells = ["+14155552671", "(415) 555-2671", "415.555.2672", "415-555-2673", "(212) 555-0199", ""]
    profile = profiled(tmp_path, {"Phone": cells})
    found = finding(profile, "phone_formats")
    assert found.message == "4 phone numbers are in 3 formats"
    assert (found.rows, found.safe) == ([3, 4, 5, 6], True)
    assert (found.fix.step, found.fix.params) == ("phone_normalize", {"country": "US"})
    assert column(profile, "Phone").extra["formats"]["E.164"] == 1


def test_phone_numbers_in_one_other_format(tmp_path):
    found = finding(profiled(tmp_path, {"Phone": ["(415) 555-2671", "+14155552671"]}), "phone_formats")
    assert found.message == "1 phone number is not in the international format"


def test_extensions_are_kept_in_a_column_of_their_own(tmp_path):
    cells = ["(415) 555-2671 x204", "415-555-2672", "4155552673 ext. 5"]
    profile = profiled(tmp_path, {"Phone": cells})
    found = finding(profile, "phone_extensions")
    assert found.message == "2 phones include an extension"
    assert found.fix.params == {"country": "US", "extension_to": "Phone extension"}
    assert finding(profile, "phone_formats").fix == found.fix


def test_phone_numbers_that_cannot_be_dialled(tmp_path):
    cells = ["(415) 555-2671", "555-1234", "12", "n/a", "415-555-2672"]
    profile = profiled(tmp_path, {"Phone": cells})
    found = finding(profile, "invalid_phones")
    assert found.message == "2 phone numbers cannot be dialled as they are"
    assert found.rows == [3, 4]
    assert not finding(profile, "phone_formats").safe


def test_several_phone_numbers_in_a_cell(tmp_path):
    cells = ["Phone:(312) 418-9537 Mobile:7133611856", "Phone:(312) 304-7780", "415-555-2671 / 415-555-2672"]
    found = finding(profiled(tmp_path, {"Phone numbers": cells}), "several_phones")
    assert (found.rows, found.fix.step) == ([2, 4], "phone_split")


def test_without_a_country_nothing_is_called_wrong_or_safe(tmp_path):
    profile = profiled(tmp_path, {"Phone": ["(415) 555-2671", "415-555-2672"]}, country="")
    assert finding(profile, "invalid_phones") is None
    assert (finding(profile, "phone_formats").fix.params, finding(profile, "phone_formats").safe) == ({}, False)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"Phone": ["020 7946 0958", "020 7946 0959"], "Country": ["UK", "England"]}, "GB"),
        ({"Phone": ["020 7946 0958", "+44 20 7946 0959"]}, "GB"),
        ({"Phone": ["(415) 555-2671", "+44 20 7946 0959"]}, "US"),
        ({"Phone": ["+4930901820"]}, "US"),
    ],
)
def test_the_country_of_phone_numbers_is_seen_from_the_sheet(tmp_path, columns, expected):
    assert column(profiled(tmp_path, columns), "Phone").extra["country"] == expected


def test_many_numbers_are_judged_like_few(tmp_path):
    cells = [f"({200 + n % 700}) 555-{n % 10_000:04}" for n in range(25_000)] + ["555-1234", "1-415-555-2671"]
    profile = profiled(tmp_path, {"Phone": cells})
    assert finding(profile, "invalid_phones").rows == [25_002]
    assert finding(profile, "phone_formats").count == 25_001


def test_web_addresses(tmp_path):
    cells = ["HTTPS://WWW.Acme.com", "www.beta.com", "https://gamma.com/A", "http://delta.com", "no web page", "n/a"]
    profile = profiled(tmp_path, {"Website": cells * 2})
    assert finding(profile, "web_addresses").count == 4
    assert finding(profile, "web_addresses").fix.step == "url_clean"
    assert finding(profile, "not_web_addresses").rows == [6, 12]


def test_a_country_spelled_several_ways(tmp_path):
    cells = ["USA", "US", "U.S.A.", "usa", "United States", "us", "US"]
    found = finding(profiled(tmp_path, {"Country": cells}), "country_spellings")
    assert found.message == "1 country is spelled 6 ways"
    assert (found.count, found.rows, found.fix.step, found.safe) == (5, [2, 4, 5, 6, 7], "country_to_iso", True)


def test_what_a_country_code_would_lose_is_not_safe(tmp_path):
    found = finding(profiled(tmp_path, {"Country": ["England", "UK", "Scotland"]}), "country_spellings")
    assert not found.safe


def test_countries_written_out(tmp_path):
    found = finding(profiled(tmp_path, {"Country": ["Germany", "France", "Germany", "BE"]}), "country_spellings")
    assert found.message == "3 countries are written out, not as codes"


def test_countries_that_nobody_knows(tmp_path):
    profile = profiled(tmp_path, {"Country": ["Germany", "Atlantis", "FR", "DE", "US", "N/A", "Spain"]})
    found = finding(profile, "unknown_country")
    assert found.message == "'Atlantis' is no country that we know"
    assert (found.rows, found.severity) == ([3], "problem")
    assert not finding(profile, "country_spellings").safe


def test_states(tmp_path):
    profile = profiled(tmp_path, {"State": ["CA", "California", "Calif.", "NY", "Ontario", "TX", "FL"] * 3})
    assert finding(profile, "state_spellings").message == "1 state is spelled 3 ways"
    assert finding(profile, "state_spellings").fix.params == {"country": "US"}
    assert finding(profile, "unknown_state").message == "'Ontario' is no state that we know"


def test_states_of_several_countries_go_by_the_country_column(tmp_path):
    columns = {"State": ["California", "Ontario", "NY", "TX"], "Country": ["US", "Canada", "US", "US"]}
    profile = profiled(tmp_path, columns)
    assert finding(profile, "state_spellings").fix.params == {"country_column": "Country"}
    assert finding(profile, "unknown_state") is None


def test_postal_codes(tmp_path):
    cells = ["SW1A 1AA", "sw1a1aa", "LS1 4DY", "YO1  7HH", "12345", "n/a"]
    profile = profiled(tmp_path, {"Postcode": cells * 2}, country="GB")
    found = finding(profile, "postal_code_forms")
    assert found.message == "4 postal codes are not written as usual"
    assert (found.rows, found.fix.params, found.safe) == ([3, 5, 9, 11], {"country": "GB"}, True)
    assert finding(profile, "unknown_postal_codes").message == "2 postal codes are not valid in United Kingdom"
