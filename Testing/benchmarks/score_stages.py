"""Seconds and peak memory of `score` on one patient, split by stage.

    .venv/bin/python Testing/benchmarks/score_stages.py CT ROI

Runs the command in a process of its own, so that imports and peak memory are a user's.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", type=Path)
    parser.add_argument("roi", type=Path)
    parser.add_argument("--bundle", default="ct-radiomics-cnn-simulated")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "TACEResponseLib",
            "score",
            "--bundle",
            options.bundle,
            "--image",
            f"ct_arterial={options.image}",
            "--roi",
            str(options.roi),
            "--output",
            str(Path(folder) / "out"),
            "--json",
        ]
        start = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        wall = time.perf_counter() - start
    rows = [*json.loads(done.stdout)["seconds"].items(), ("whole command", wall)]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    lines = [f"{stage:32s} {seconds:8.2f} s" for stage, seconds in rows]
    sys.stdout.write("\n".join([*lines, f"{'peak memory':32s} {peak:8.0f} MiB"]) + "\n")


if __name__ == "__main__":
    main()
