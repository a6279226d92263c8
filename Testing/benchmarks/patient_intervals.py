"""What is said of one patient: how often does it hold, and what does it hold?

    python Testing/benchmarks/patient_intervals.py

writes docs/patient-intervals.md in about two hours on one core. Cohorts of drawn features, and of
drawn patches for a small network, are trained by the program's own functions. What is finished
stands in build/patient-intervals.jsonl; a run that is stopped goes on from there. The seed of each
cohort follows from its number, and no number is drawn twice.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import sklearn

# Run as a script, it finds the tests' own modules by the root of the source.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from Testing.benchmarks.patient_intervals_page import document
from Testing.training.drawn_ranges import (
    answered,
    feature_ranges,
    network_ranges,
)

ROOT = Path(__file__).resolve().parents[2]
FINISHED = ROOT / "build" / "patient-intervals.jsonl"
PAGE = ROOT / "docs" / "patient-intervals.md"
RANGE_SEED, NETWORK_SEED, ANSWER_SEED = 610_001, 620_001, 630_001
N_DRAWS, N_NETWORKS, N_ANSWERS = 30, 12, 200
SETTINGS = [(n, prevalence) for n in (100, 300, 1000) for prevalence in (0.1, 0.5, 0.8)]

Row = dict[str, Any]


def features(number: int) -> Row:
    """One draw of training patients, and the ranges that it gives fresh ones."""
    n, prevalence = SETTINGS[number % len(SETTINGS)]
    draw = number // len(SETTINGS)
    ranges = feature_ranges(n, prevalence, draw, RANGE_SEED)
    return {"n": n, "prevalence": prevalence, "draw": draw, **ranges}


def networks(number: int) -> Row:
    """The same of a small network beside radiomics."""
    return {"n": 100, "prevalence": 0.5, "draw": number, **network_ranges(number, NETWORK_SEED)}


def answers(number: int) -> Row:
    """How often each class is kept, by scores of patients apart and by scores out of fold."""
    return answered(number, ANSWER_SEED)


PARTS: dict[str, tuple[Callable[[int], Row], int]] = {
    "features": (features, N_DRAWS * len(SETTINGS)),
    "answers": (answers, N_ANSWERS),
    "networks": (networks, N_NETWORKS),
}


def finished() -> Iterator[Row]:
    """Rows of earlier runs; a line without its end was cut off by a kill."""
    if FINISHED.exists():
        text = FINISHED.read_text(encoding="utf-8")
        yield from map(json.loads, text[: text.rfind("\n") + 1].splitlines())


def go_on(parts: list[str], most: int | None, size: int | None) -> None:
    """Draw what is missing, at most so many; of features, cohorts of one size if it is given."""
    # Its checks take a third of the time, of values that are checked already.
    sklearn.set_config(assume_finite=True, skip_parameter_validation=True)
    done = {(row["part"], row["number"]) for row in finished()}
    missing = [(p, k) for p in parts for k in range(PARTS[p][1]) if (p, k) not in done]
    if size is not None:
        missing = [(p, k) for p, k in missing if p != "features" or _size(k) == size]
    FINISHED.parent.mkdir(exist_ok=True)
    for part, number in missing[:most]:
        row = {"part": part, "number": number, **PARTS[part][0](number)}
        with FINISHED.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def _size(number: int) -> int:
    return SETTINGS[number % len(SETTINGS)][0]


def main() -> None:
    """Go on, and write the page of what is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=tuple(PARTS), action="append", help="all by default")
    parser.add_argument("--most", type=int, help="draws of this run")
    parser.add_argument("--size", type=int, help="training patients, of features, of this run")
    options = parser.parse_args()
    np.seterr(all="raise", under="ignore")
    go_on(options.part or list(PARTS), options.most, options.size)
    PAGE.write_text(document(list(finished())), encoding="utf-8")


if __name__ == "__main__":
    main()
