"""Postal addresses in one text: street, postal code, town, state and country, in the order of each country."""
