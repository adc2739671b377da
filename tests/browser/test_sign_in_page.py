"""Signing in with the keyboard alone, in a real browser."""

import re

from playwright.sync_api import Page, expect


def type_in(page: Page, password: str) -> None:
    page.get_by_label("Username").fill("")
    page.get_by_label("Username").focus()
    page.keyboard.type("ann")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def test_signing_in_with_the_keyboard(page, user, axe):
    page.goto("/account/")
    expect(page).to_have_url(re.compile("/login/"))
    axe(page)
    type_in(page, "a wrong password")
    expect(page.get_by_text("Please enter a correct username and password").first).to_be_visible()
    axe(page)
    type_in(page, "a good password")
    expect(page).to_have_url(re.compile("/account/$"))
    axe(page)
