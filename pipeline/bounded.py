"""A process of its own for reading reports, so that no file can hang, crash or fill the memory of a run."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import PipelineError, ResourceError
from pipeline.process import FileResult, Job, process_file

# Five minutes hold the longest report seen many times over; scans that need OCR take about 5 s a page, 1 MB a page.
SECONDS_BASE = 300.0
SECONDS_PER_MB = 10.0
# Address space of a worker. The dictionary and libraries take 0.5 GB, a report at the longest allowed length 2 GB.
MEMORY_BYTES = 4 << 30
_LENGTH = struct.Struct(">Q")


class LimitError(PipelineError):
    """A file that took too long, or the worker down with it."""


def seconds_allowed(path: Path) -> float:
    """The time that one report may take, in seconds: 300 and 10 for each MB. 300 when the size cannot be read."""
    try:
        return SECONDS_BASE + SECONDS_PER_MB * path.stat().st_size / 1e6
    except OSError:
        return SECONDS_BASE


class Worker:
    """A process that reads one report at a time; killed and started anew when a report takes it down.

    It talks over pipes and not through multiprocessing, which would run the caller's main module again: so a notebook and a script
    without a main guard work too. When the parent dies, its pipe closes and the worker ends.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, job: Job, seconds: float | None = None) -> FileResult:
        """What one file yields. Raises LimitError beyond time or memory, ResourceError for a faulty table.

        `seconds` is the time allowed; that of the file's size when None.
        """
        allowed = seconds_allowed(job.path) if seconds is None else seconds
        process = self._started()
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            process.kill()

        timer = threading.Timer(allowed, stop)
        timer.start()
        try:
            answer = self._exchange(process, job)
        except (OSError, EOFError) as error:
            self.close()
            if stopped.is_set():
                raise LimitError(f"Reading took longer than {allowed:.0f} s.", "Split the report.") from error
            raise LimitError("Reading ended the reading process.", "Open the file and save it again.") from error
        finally:
            timer.cancel()
        if isinstance(answer, ResourceError):
            raise answer
        return answer

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):  # what could not be sent to a dead process is not needed
                    stream.close()

    def _started(self) -> subprocess.Popen[bytes]:
        """The process, started when it is not running."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            here = Path(__file__).parent.parent
            path = os.pathsep.join(filter(None, [str(here), os.environ.get("PYTHONPATH", "")]))
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.bounded"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            )
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], job: Job) -> FileResult | ResourceError:
        """What the process answers to `job`. Raises OSError or EOFError when it ends instead."""
        if process.stdin is None or process.stdout is None:
            raise EOFError
        _send(process.stdin, job)
        answer: FileResult | ResourceError = _receive(process.stdout)
        return answer


def _send(stream: BinaryIO | Any, value: object) -> None:
    """Writes one value with its length in front."""
    data = pickle.dumps(value)
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def _receive(stream: BinaryIO | Any) -> Any:
    """Reads one value. Raises EOFError when the other side is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)


def _limit_memory() -> None:
    """Bounds the address space of this process, where the system can (not on Windows)."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses some limits: then only the time is bounded
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def serve() -> None:
    """Answers jobs from standard input until it closes. Whatever a library prints goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which then closes the pipe
    _limit_memory()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            job: Job = _receive(sys.stdin.buffer)
        except EOFError:
            return
        answer: FileResult | ResourceError
        try:
            answer = process_file(job)
        except ResourceError as error:
            answer = error
        _send(answers, answer)


if __name__ == "__main__":
    serve()
