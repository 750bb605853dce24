"""Faults of a feed document, with lines and remedies, by rules that others have published. Pure."""

from feeds.lint.findings import Finding as Finding
from feeds.lint.houses import PROFILES as PROFILES
from feeds.lint.houses import Logo as Logo
from feeds.lint.rules import check as check
from feeds.lint.written import Broken as Broken
from feeds.lint.written import Written as Written
from feeds.lint.written import read as read
