"""Thai lesson-learned reports to a structured dataset."""

import os

# Before anything imports PyThaiNLP: it would otherwise make ~/pythainlp-data, and some of its functions would try to
# download. Whoever needs its downloads sets these variables before the start.
os.environ.setdefault("PYTHAINLP_OFFLINE", "1")
os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")
