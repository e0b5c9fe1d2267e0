"""What the collection of tests leaves out: the module of the accurate tier where that extra is not installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("onnx") and find_spec("onnxruntime") else ["pipeline/classify/embeddings_e5.py"]
