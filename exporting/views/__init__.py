"""Check, lookups, export: parse, call one service or selector, render."""
