"""Sums of money in text: `find_amounts` (the grammar), currencies by their names, numerals, rates of exchange."""

from .amounts import find_amounts

__all__ = ["find_amounts"]
