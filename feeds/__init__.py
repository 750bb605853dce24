"""Feeds as data, in both directions: no network, no clock, no settings."""
