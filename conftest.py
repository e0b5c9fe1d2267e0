"""What the collection of tests leaves out: the modules of extras that are not installed."""

from importlib.util import find_spec

_MODULES = {
    "pipeline/classify/embeddings_e5.py": ("onnx", "onnxruntime"),
    "pipeline/classify/context.py": ("onnx", "onnxruntime"),
    "pipeline/learn/taught.py": ("onnx", "onnxruntime"),
    "pipeline/learn/adapt.py": ("torch",),
    "pipeline/lessons/plots.py": ("matplotlib",),
    "pipeline/lessons/show.py": ("spacy",),
}
collect_ignore = [path for path, needed in _MODULES.items() if not all(map(find_spec, needed))]
