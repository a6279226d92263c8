"""Is a shrunk logistic regression right about new patients, in cohorts like the real one?

    python Testing/benchmarks/shrinkage.py

writes docs/shrinkage.md in about five minutes of one free core. What is finished stands in
build/shrinkage.jsonl; a run that is stopped goes on from there. The seed of each cohort follows
from its number, and no number is drawn twice.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from TACEResponseLib.evaluation.discrimination.discrimination import area, score_levels
from TACEResponseLib.fusion.calibration import ShrinkageCalibration
from TACEResponseLib.fusion.linear_model import FusionModel, fit_model, stratified_folds
from TACEResponseLib.fusion.shrinkage import calibration_slope

# Run as a script, it finds the tests' own modules by the root of the source.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from Testing.fusion.volume_world import (
    N_PATIENTS,
    WEIGHTS,
    Cohort,
    drawn_cohort,
    fitted,
    shrinkage_of,
)

ROOT = Path(__file__).resolve().parents[2]
FINISHED, PAGE = ROOT / "build" / "shrinkage.jsonl", ROOT / "docs" / "shrinkage.md"
COHORT_SEED, FRESH_SEED, RESAMPLE_SEED = 650_001, 750_001, 850_001
N_COHORTS, N_FRESH, N_RESAMPLES, FOLDS = 200, 4000, 200, 5
LOWEST, HIGHEST = 0.8, 1.2
Row = dict[str, Any]


def one_cohort(predictors: str, number: int) -> Row:
    """One training, and what its models are worth to fresh patients."""
    place = list(WEIGHTS).index(predictors)
    seeds = ([seed, place, number] for seed in (COHORT_SEED, FRESH_SEED, RESAMPLE_SEED))
    first, second, third = map(np.random.default_rng, seeds)
    cohort = drawn_cohort(predictors, N_PATIENTS, first)
    fresh = drawn_cohort(predictors, N_FRESH, second)
    model = fitted(predictors, cohort.inputs, cohort.labels)
    own, new = model.logits(cohort.inputs), model.logits(fresh.inputs)
    shrunk = shrinkage_of(predictors, cohort, own, N_RESAMPLES, third)
    before = fused_before(predictors, cohort, number)
    z_scores = ((new - own.mean()) / own.std())[:, np.newaxis]
    old_z = ((own - own.mean()) / own.std())[:, np.newaxis]
    return {
        "predictors": predictors,
        "number": number,
        "auc": area(fresh.labels, score_levels(new)),
        "left": shrunk.slope,
        "slope": slope_after(shrunk, fresh, new),
        "slope_without": calibration_slope(fresh.labels, new),
        "slope_before": calibration_slope(fresh.labels, before.logits(z_scores)),
        "answers": limits(shrunk.apply(own)),
        "answers_before": limits(before.calibration.apply(before.logits(old_z))),
    }


def slope_after(shrunk: ShrinkageCalibration, fresh: Cohort, logits: np.ndarray) -> float | None:
    """Calibration slope in fresh patients; none where nothing is left to have one."""
    if shrunk.slope == 0:
        return None
    return calibration_slope(fresh.labels, shrunk.slope * logits + shrunk.intercept)


def fused_before(predictors: str, cohort: Cohort, seed: int) -> FusionModel:
    """The fusion of one logit with itself, on one division into folds."""
    folds = stratified_folds(cohort.labels, FOLDS, seed)
    unseen = held_out(predictors, cohort, folds)
    return fit_model(
        ((unseen - unseen.mean()) / unseen.std())[:, np.newaxis],
        cohort.labels,
        folds,
        np.zeros(1, dtype=np.bool_),
        inverse_regularization=1.0,
        calibration="none",
    )


def held_out(predictors: str, cohort: Cohort, folds: np.ndarray) -> np.ndarray:
    """Logits (n,) of each patient by the formula of the other folds, not shrunk."""
    unseen = np.empty(N_PATIENTS)
    for fold in range(FOLDS):
        inside, outside = folds != fold, folds == fold
        part = fitted(predictors, cohort.inputs[inside], cohort.labels[inside])
        unseen[outside] = part.logits(cohort.inputs[outside])
    return unseen


def held_out_slope(row: Row) -> float:
    """Calibration slope that folds give to the formula of a cohort, not shrunk."""
    place = list(WEIGHTS).index(row["predictors"])
    rng = np.random.default_rng([COHORT_SEED, place, row["number"]])
    cohort = drawn_cohort(row["predictors"], N_PATIENTS, rng)
    folds = stratified_folds(cohort.labels, FOLDS, row["number"])
    return calibration_slope(cohort.labels, held_out(row["predictors"], cohort, folds))


def limits(probabilities: np.ndarray) -> list[float]:
    """Lowest and highest."""
    return [float(probabilities.min()), float(probabilities.max())]


def finished() -> Iterator[Row]:
    """Rows of earlier runs; a line without its end was cut off by a kill."""
    if FINISHED.exists():
        text = FINISHED.read_text(encoding="utf-8")
        yield from map(json.loads, text[: text.rfind("\n") + 1].splitlines())


def go_on(most: int | None) -> None:
    """Draw what is missing, at most so many."""
    done = {(row["predictors"], row["number"]) for row in finished()}
    missing = [(p, k) for p in WEIGHTS for k in range(N_COHORTS) if (p, k) not in done]
    FINISHED.parent.mkdir(exist_ok=True)
    for predictors, number in missing[:most]:
        row = one_cohort(predictors, number)
        with FINISHED.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def document(rows: list[Row]) -> str:
    """docs/shrinkage.md."""
    lines = [
        "# A logistic regression alone, and how far it may be believed",
        "",
        "Written by `python Testing/benchmarks/shrinkage.py`: cohorts of "
        f"{N_PATIENTS} patients, 65 % of them responders, as in the [real cohort](real-cohort.md). "
        "Response hangs on log volume alone, by a law whose AUC is .64; four clinical variables "
        "tell nothing. Each cohort's seed follows from its number "
        f"({COHORT_SEED}, {FRESH_SEED} and {RESAMPLE_SEED}).",
        "",
        "The calibration slope in "
        f"{N_FRESH:,} fresh patients is 1 where probabilities spread as far as they should, below "
        f"1 where they spread too far. The median over cohorts is to lie within {LOWEST} to "
        f"{HIGHEST}.",
        "",
        *_slopes(rows),
        "",
        "`left` is what the shrinkage leaves of each coefficient, over cohorts the median and "
        "where the middle half lies; `nothing left` counts cohorts in which everyone gets the "
        "share of events. `by five folds` is what a cohort's own held-out patients say of that "
        "slope: less, for what a fold has more of, the others have less of. `before` is the fusion "
        "of one logit with itself on one division into folds, of versions before this page.",
        "",
        "## The range of what is said",
        "",
        "From the lowest to the highest probability of a training patient: the median of both "
        "ends, and in how many cohorts they lie less than 10 points apart.",
        "",
        *_answers(rows),
        "",
        "## Why the median",
        "",
        "Harrell's optimism is a mean over resamples. With one weak predictor it has none: a "
        "resample whose coefficient is nearly 0 has a slope without bound. On the way to this page "
        "60 cohorts of other seeds were drawn with unpenalized volume: the mean left nothing in a "
        "quarter of them and more than all in half. The median of the same resamples is what R's "
        "rms gives where the mean exists: [outside values](outside-values.md).",
    ]
    return "\n".join(lines) + "\n"


def _groups(rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    for name in WEIGHTS:
        some = [row for row in rows if row["predictors"] == name]
        if some:
            yield name, some


def _slopes(rows: list[Row]) -> list[str]:
    """A line a set of predictors."""
    head = [
        "| predictors | cohorts | AUC in fresh patients | left | nothing left | slope, now | not "
        "shrunk | not shrunk, by five folds | before |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return head + [
        f"| {name} | {len(some)} | {np.mean([r['auc'] for r in some]):.3f} "
        f"| {middle([r['left'] for r in some])} | {sum(r['slope'] is None for r in some)} "
        f"| {middle([r['slope'] for r in some])} | {middle([r['slope_without'] for r in some])} "
        f"| {middle([held_out_slope(r) for r in some])} "
        f"| {middle([r['slope_before'] for r in some])} |"
        for name, some in _groups(rows)
    ]


def _answers(rows: list[Row]) -> list[str]:
    """A line a set of predictors."""
    head = [
        "| predictors | now | less than 10 points | before | less than 10 points |",
        "|---|---|---|---|---|",
    ]
    return head + [
        f"| {name} | {_spread(some, 'answers')} | {_spread(some, 'answers_before')} |"
        for name, some in _groups(rows)
    ]


def _spread(rows: list[Row], key: str) -> str:
    low, high = np.array([row[key] for row in rows]).T
    narrow = int((high - low < 0.1).sum())
    return f"{np.median(low):.2f} to {np.median(high):.2f} | {narrow} of {len(rows)}"


def middle(values: list[float | None]) -> str:
    """Median and quartiles; one that does not exist lies above all, as a slope of 0 left would."""
    numbers = np.sort([np.inf if value is None else value for value in values])
    low, median, high = (numbers[int(share * (numbers.size - 1))] for share in (0.25, 0.5, 0.75))
    return f"{median:.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, help="draw no more than so many this time")
    options = parser.parse_args()
    go_on(options.most)
    rows = list(finished())
    PAGE.write_text(document(rows), encoding="utf-8")
    sys.stdout.write(f"{PAGE}: {len(rows)} of {N_COHORTS * len(WEIGHTS)}\n")


if __name__ == "__main__":
    main()
