"""Thai lesson-learned reports to a structured dataset, and what people do with it.

    import pipeline

    data = pipeline.extract("reports")              # a folder, or one report
    data = pipeline.load("dataset")                 # what `make extract` has made
    data.lessons                                    # pandas DataFrames with typed columns
    data.matrix("issues", "sdh", values="projects")
    pipeline.show(data.report("รายงาน.txt"))         # the findings in their text, coloured
    pipeline.plot.heat_map(data)

Nothing is loaded before it is used: `import pipeline` takes milliseconds. The typed functions stand in `pipeline.api`.
"""

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

# Before anything imports PyThaiNLP: it would otherwise make ~/pythainlp-data, and some of its functions would try to
# download. Whoever needs its downloads sets these variables before the start.
os.environ.setdefault("PYTHAINLP_OFFLINE", "1")
os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")

# The public names with the module that holds each; "" for the module itself.
_PUBLIC = {
    "Frames": ("pipeline.lessons.frames", "Frames"),
    "LessonSet": ("pipeline.lessons.lesson_set", "LessonSet"),
    "Scope": ("pipeline.lessons.lesson_set", "Scope"),
    "check": ("pipeline.lessons.set_check", "check"),
    "compare": ("pipeline.api", "compare"),
    "corpus_folder": ("pipeline.api", "corpus_folder"),
    "corpus_reports": ("pipeline.api", "corpus_reports"),
    "freeze": ("pipeline.lessons.freeze", "freeze"),
    "load": ("pipeline.api", "load"),
    "plot": ("pipeline.lessons.plots", ""),
    "queue": ("pipeline.api", "queue"),
    "render": ("pipeline.lessons.render", "render"),
    "search": ("pipeline.api", "search"),
    "sets": ("pipeline.lessons.sets", ""),
    "show": ("pipeline.api", "show"),
    "table": ("pipeline.lessons.html_table", "table"),
    "to_docbin": ("pipeline.lessons.show", "to_docbin"),
    "to_spacy": ("pipeline.lessons.show", "to_spacy"),
    "train": ("pipeline.api", "train"),
}
# Libraries that an extra brings, with its name.
_EXTRAS = {"matplotlib": "notebooks", "spacy": "notebooks"}


def __getattr__(name: str) -> Any:
    """The public name, loaded on first use. Raises UsageError, naming the pip command, where an extra is missing."""
    if name == "extract":  # see _Package
        return import_module("pipeline.extract")
    if name not in _PUBLIC:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
    module, member = _PUBLIC[name]
    try:
        loaded = import_module(module)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        from pipeline.errors import UsageError

        raise UsageError(
            f"pipeline.{name} needs {error.name}, which is not installed.",
            f'Run: pip install "lessons-pipeline[{extra}]"',
        ) from error
    return getattr(loaded, member) if member else loaded


def __dir__() -> list[str]:
    """The public names, for completion in notebooks."""
    return sorted({*globals(), *_PUBLIC, "extract"})


class _CallableStage(ModuleType):
    """The stage `pipeline.extract`, which is also the function `pipeline.extract(path)` of the public interface."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """See pipeline.api.extract."""
        from pipeline.api import extract

        return extract(*arguments, **options)


class _Package(ModuleType):
    """The package itself: makes its stage `extract` callable as soon as it is imported, by whomever.

    The stage and the function bear one name; a plain attribute would be one of them by turns, as the import system
    sets it anew for each submodule that it loads.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        """Sets an attribute, as the import system does for each submodule that it has loaded."""
        if name == "extract" and isinstance(value, ModuleType):
            value.__class__ = _CallableStage
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
