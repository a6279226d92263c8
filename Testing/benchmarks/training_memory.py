"""Peak memory of a training as its cohort grows: 50, 200 and 800 simulated patients.

Trains by the command line in a process of its own and adds up the memory of all its processes that
no file stands behind (RssAnon), five times a second: pages of mapped patches are not counted,
because the system takes them back when it needs memory. Linux only.

    python Testing/benchmarks/training_memory.py ct-radiomics-cnn-demo --epochs 2
    python Testing/benchmarks/training_memory.py Testing/benchmarks/whole_slices.yaml --cohort mr
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

SEED = 5150
MODALITY = {"ct": [], "mr": [], "haic": ["--treatment", "haic"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", help="name, or a file")
    parser.add_argument("--patients", type=int, nargs="+", default=[50, 200, 800])
    parser.add_argument("--cohort", choices=sorted(MODALITY), default="ct")
    parser.add_argument("--folder", type=Path, help="for cohorts and caches; default: temporary")
    # What is not known here is for the training.
    options, rest = parser.parse_known_args()
    options.rest = rest
    with TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        rows = [measured(options, n, folder) for n in options.patients]
    sys.stdout.write("| patients | simulating, min | training, min | peak GiB, all processes |\n")
    sys.stdout.write("|---|---|---|---|\n" + "".join(rows))


def measured(options: argparse.Namespace, n: int, folder: Path) -> str:
    """Simulate a cohort, train on it, and say what it took."""
    cohort, bundle = folder / f"cohort-{n}", folder / f"bundle-{n}"
    start = time.perf_counter()
    modality = "ct" if options.cohort == "ct" else "mr"
    if not cohort.exists():
        command(
            "simulate",
            "--modality",
            modality,
            *MODALITY[options.cohort],
            "--patients",
            str(n),
            "--seed",
            str(SEED),
            "--output",
            str(cohort),
        ).wait()
    simulated = time.perf_counter()
    training = command(
        "train",
        "--recipe",
        options.recipe,
        "--cohort",
        str(cohort / "cohort.csv"),
        "--output",
        str(bundle),
        "--cache",
        str(folder / f"cache-{n}"),
        "--simulated",
        *options.rest,
    )
    peak = 0
    while training.poll() is None:
        peak = max(peak, sum(own_memory(pid) for pid in family(training.pid)))
        time.sleep(0.2)
    if training.returncode:
        raise SystemExit(f"training of {n} patients ended with status {training.returncode}")
    minutes = [(simulated - start) / 60, (time.perf_counter() - simulated) / 60]
    return f"| {n} | {minutes[0]:.1f} | {minutes[1]:.1f} | {peak / 2**30:.2f} |\n"


def command(*arguments: str) -> subprocess.Popen[bytes]:
    """Run it; what it prints is of no interest here, what it complains of is."""
    words = [sys.executable, "-m", "TACEResponseLib", *arguments]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL)


def family(pid: int) -> set[int]:
    """A process and all that descend from it."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name of the program, in brackets, may hold anything.
            fields = stat.read_text("ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    members, before = {pid}, 0
    while len(members) > before:
        before = len(members)
        members |= {child for child, parent in parents.items() if parent in members}
    return members


def own_memory(pid: int) -> int:
    """Bytes that no file stands behind; 0 of a process that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0
    sizes = [line.split()[1] for line in status.splitlines() if line.startswith("RssAnon")]
    return int(sizes[0]) * 1024 if sizes else 0


if __name__ == "__main__":
    main()
