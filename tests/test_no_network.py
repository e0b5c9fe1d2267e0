"""Nothing is fetched at run time: a whole run with every socket shut."""

import os
import subprocess
import sys
from pathlib import Path

from samples import REPORT

ROOT = Path(__file__).parent.parent
# Python imports a module of this name before anything else, also in the processes that read reports.
SHUT = """
import socket
def refuse(*args, **kwargs):
    raise AssertionError("the network was used")
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse
"""


def test_a_run_needs_no_network_and_leaves_the_home_alone(tmp_path):
    reports, home = tmp_path / "in", tmp_path / "home"
    reports.mkdir()
    home.mkdir()
    (tmp_path / "sitecustomize.py").write_text(SHUT, encoding="utf-8")
    (reports / "ก.txt").write_text(REPORT, encoding="utf-8")
    (reports / "ข.html").write_text(
        "<html><head><title>รายงาน</title><link rel=stylesheet href=https://example.org/a.css></head><body><article>"
        f"<img src=https://example.org/a.png>{''.join(f'<p>{line}</p>' for line in REPORT.splitlines())}</article></body></html>",
        encoding="utf-8",
    )
    environment = {
        **os.environ,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
        "HOME": str(home),
        "USERPROFILE": str(home),
    }
    proof = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('localhost', 9))"],
        env=environment,
        capture_output=True,
    )
    assert b"the network was used" in proof.stderr
    run = [sys.executable, "-m", "pipeline"]
    for arguments in (["extract", str(reports), "--out", str(tmp_path / "out")], ["verify", str(tmp_path / "out")]):
        done = subprocess.run([*run, *arguments], env=environment, capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr
    assert list(home.rglob("*")) == []
