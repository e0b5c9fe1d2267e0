"""The way to the shared samples, for every test."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared samples; skips the test where it is not."""
    if not SHARED.is_dir():
        pytest.skip("the shared samples (../shared) are not on this machine")
    return SHARED
