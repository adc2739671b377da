"""Findings, mapping, cleaning, the grid: parse, call one service or selector, render."""
