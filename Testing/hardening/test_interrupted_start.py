"""Interrupted while it is still loading, the program ends as it does later: in one quiet line."""

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Interrupts this process as it looks for a module, wherever that is imported from.
INTERRUPTED = """
import os, runpy, signal, sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[-1]:
            os.kill(os.getpid(), signal.SIGINT)

for name in [n for n in sys.modules if n == sys.argv[-1]]:
    del sys.modules[name]
sys.meta_path.insert(0, Interrupts())
if sys.argv[1] == "ignored":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.argv[1:2] = ["recipe", "list"]
"""
STARTS = {
    "python -m": "runpy.run_module('TACEResponseLib', run_name='__main__')",
    "tace-response": "from {module} import {name}; sys.exit({name}())",
}
LOADED = (
    "TACEResponseLib.commands.cli",
    "argparse",
    "tempfile",
    "json",
    "TACEResponseLib.basics.writing.drafts",
    "TACEResponseLib.basics.process.endings",
    "TACEResponseLib.commands.validate",
    "TACEResponseLib.basics.process.terminal",
    "TACEResponseLib.basics.writing.disk_trouble",
)


def started(way: str, module: str, handling: str = "usual") -> subprocess.CompletedProcess[str]:
    """A start that is interrupted as this module is loaded."""
    script = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    place, name = script["tace-response"].split(":")
    code = INTERRUPTED + STARTS[way].format(module=place, name=name)
    return subprocess.run(
        [sys.executable, "-c", code, handling, module],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no such signal")
@pytest.mark.parametrize("way", STARTS)
@pytest.mark.parametrize("module", LOADED)
def test_an_interrupt_while_loading_ends_in_one_word(way: str, module: str) -> None:
    done = started(way, module)
    assert (done.returncode, done.stderr, done.stdout) == (130, "interrupted\n", "")


def test_in_the_background_an_ignored_interrupt_stays_ignored() -> None:
    done = started("python -m", "TACEResponseLib.commands.cli", "ignored")
    assert "Traceback" not in done.stderr
    assert done.returncode != 130
