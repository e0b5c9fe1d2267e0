"""The way to the shared samples, for every test."""

from pathlib import Path

import pytest
from hypothesis import settings

# Laws are about what comes out; a busy machine is slow now and then.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared samples; skips the test where it is not."""
    if not SHARED.is_dir():
        pytest.skip("the shared samples (../shared) are not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def small_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of every sixth report of the corpus, by rules; not to be changed."""
    from pipeline.records import Settings
    from pipeline.run import extract_folder

    out = tmp_path_factory.mktemp("small-dataset")
    chosen = sorted(path for path in (ROOT / "corpus" / "reports").iterdir() if path.suffix != ".png")[::6]
    extract_folder(chosen, out, Settings(), progress=False)
    return out
