"""How much code one request runs: a reader has to follow no more than that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import animedex

if TYPE_CHECKING:
    from animedex.testing import SampleServer

# Functions of the package that `nekos image` runs on all of its threads, and the files they are
# in; the bodies of modules, classes and comprehensions are not counted.
MAX_FUNCTIONS, MAX_FILES = 182, 45
# Of those that carry the call out; a context manager's does not count.
MAX_NESTED_GENERATORS = 3
PROGRAM = r"""
import json, sys, threading

package, codes, depth = sys.argv.pop(1), set(), 0

def profile(frame, event, argument):
    global depth
    if event != "call" or not frame.f_code.co_filename.startswith(package):
        return
    codes.add(frame.f_code)
    nested = 0
    while frame is not None:
        code = frame.f_code
        is_step = code.co_filename.startswith(package + "transport/") and code.co_name[0] != "<"
        nested += is_step and bool(code.co_flags & 0x20)
        frame = frame.f_back
    depth = max(depth, nested)

threading.setprofile(profile)
sys.setprofile(profile)
sys.argv[0] = "animedex"
try:
    from animedex.__main__ import main
    main()
except SystemExit as end:
    code = end.code
sys.setprofile(None)
functions = [
    (code.co_filename, code.co_name)
    for code in codes
    if code.co_flags & 0x2 and not code.co_name.startswith("<")
]
print(json.dumps([code, sorted(functions), depth]), file=sys.stderr)
"""


def test_one_request_runs_little_code(service: SampleServer, tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
    environment["ANIMEDEX_STATE"] = str(tmp_path / "budgets.db")
    environment["ANIMEDEX_LIMITS"] = "on"
    package = f"{Path(animedex.__file__).parent}/"
    command = [sys.executable, "-c", PROGRAM, package, "nekos", "image", "neko", "--json"]
    # The first run creates files, and does more.
    subprocess.run(command, env=environment, capture_output=True, check=True, timeout=120)
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=120)
    code, functions, nested = json.loads(done.stderr.splitlines()[-1])
    assert (code, len(json.loads(done.stdout))) == (0, 1)
    files = {Path(path).name for path, _ in functions}
    assert len(functions) <= MAX_FUNCTIONS
    assert len({path for path, _ in functions}) <= MAX_FILES
    assert {"pipeline.py", "permit.py", "http.py"} <= files
    assert nested <= MAX_NESTED_GENERATORS
