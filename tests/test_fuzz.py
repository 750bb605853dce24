"""The fuzz target itself: it takes what is well and finds what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz_parse import KINDS, try_one
from hypothesis import given, settings
from hypothesis import strategies as st

DOCUMENTS = sorted(Path(__file__).with_name("documents").glob("*.*"))


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_the_fuzz_target_takes_every_document(kind: int) -> None:
    for document in DOCUMENTS:
        try_one(bytes([kind]) + document.read_bytes())


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_the_fuzz_target_takes_any_bytes(data: bytes) -> None:
    try_one(data)
