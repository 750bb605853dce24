"""Where a source is at home, as its own feed tells it."""

from __future__ import annotations

from feeds import zones
from feeds.entries import Home

# What WordPress writes in every country until somebody changes it.
UNSAID = "en-us"


def settled(home: Home, language: str | None, *addresses: str | None) -> Home:
    """The home, with the language and the country that a feed shows where the home itself has none.

    The country is the region of the language, else that of the first address whose domain says one.
    """
    spoken = home.language or language
    found = home.country or country(spoken, *addresses)
    return home.model_copy(update={"language": spoken, "country": found})


def country(language: str | None, *addresses: str | None) -> str | None:
    """The country (ISO 3166) of a feed in a language at these addresses."""
    said = zones.region(language)
    if said and (language or "").lower() != UNSAID:
        return said
    found = (zones.country(address) for address in addresses if address)
    return next((code for code in found if code), said)
