"""How far can the AUC that a card states be trusted, and what does caution cost?

    python Testing/benchmarks/trust_of_fusion.py

writes docs/trust-of-fusion.md in about an hour on one core. Cohorts of drawn features are trained
by the program's own functions, all of them in memory. What is finished stands in
build/trust-of-fusion.jsonl; a run that is stopped goes on from there. The seed of each cohort
follows from its number, and no number is drawn twice.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import sklearn

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.evaluation.proportions import proportion
from TACEResponseLib.fusion.linear_model import fit_model, stratified_folds
from TACEResponseLib.training.folds import repeated_folds
from TACEResponseLib.training.held_out import nested_splits
from TACEResponseLib.training.prepared_cohort import PreparedCohort

# Run as a script, it finds the tests' own modules by the root of the source.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from Testing.training.feature_level import (
    RECIPES,
    Trained,
    drawn_cohort,
    recipe_of,
    trained_on,
)

ROOT = Path(__file__).resolve().parents[2]
FINISHED, PAGE = ROOT / "build" / "trust-of-fusion.jsonl", ROOT / "docs" / "trust-of-fusion.md"
NULL_SEED, SIGNAL_SEED, FRESH_SEED = 150_001, 250_001, 350_001
N_NULL, N_PAIRED, N_FRESH = 2000, 20, 2000
SIZES, PREVALENCES = (60, 100, 200), (0.5, 0.3)
MOST_ABOVE_CHANCE, LARGEST_LOSS = 0.035, 0.01
SIGNALS, SIGNAL_SIZES = (0.4, 0.8, 1.2), (100, 300)

Row = dict[str, Any]


def null_cohort(number: int) -> Row:
    """Features that know nothing, trained as if they did."""
    name = list(RECIPES)[number % len(RECIPES)]
    n = SIZES[number // len(RECIPES) % len(SIZES)]
    prevalence = PREVALENCES[number // (len(RECIPES) * len(SIZES)) % len(PREVALENCES)]
    cohort = drawn_cohort(n, prevalence, np.random.default_rng([NULL_SEED, number]))
    trained = trained_on(recipe_of(name), cohort, number)
    return {
        "recipe": name,
        "n": n,
        "auc": [trained.stated.value, trained.stated.low, trained.stated.high],
        "least_coefficient": min(trained.evidence),
        "auc_of_training_patients": trained.auc_of(cohort),
    }


def paired(number: int) -> Row:
    """One training as it is, and as it was: free coefficients on one division into folds."""
    settings = [(n, signal) for n in SIGNAL_SIZES for signal in SIGNALS]
    n, signal = settings[number // N_PAIRED]
    seed = number % N_PAIRED
    cohort = drawn_cohort(n, 0.5, np.random.default_rng([SIGNAL_SEED, number]), signal)
    fresh = drawn_cohort(N_FRESH, 0.5, np.random.default_rng([FRESH_SEED, number]), signal)
    trained = trained_on(recipe_of("two logistic"), cohort, seed)
    return {
        "n": n,
        "signal": signal,
        "stated": [trained.stated.value, trained.stated.low, trained.stated.high],
        "now": trained.auc_of(fresh),
        "before": auc(fresh.labels, as_before(trained, cohort, fresh, seed)).value,
    }


def as_before(trained: Trained, cohort: PreparedCohort, fresh: PreparedCohort, seed: int) -> Floats:
    """Probabilities (n,) of fresh patients by the fusion of versions before nested outputs."""
    recipe = recipe_of("two logistic")
    folds = repeated_folds(cohort, recipe.folds, 1, seed)
    own = [s for s in nested_splits(folds, cohort.labels, seed) if s.name.startswith("fold-")]
    columns = []
    for branch in trained.branches:
        prepared, logits = cohort.by_branch[branch.name], np.empty(cohort.labels.size)
        for split in own:
            part = fit_again(branch.name, cohort, split.trained, seed)
            logits[split.held_out] = part.logits(
                [prepared[k] for k in np.flatnonzero(split.held_out)]
            )
        columns.append(logits)
    values = np.column_stack(columns)
    mean, sd = values.mean(axis=0), values.std(axis=0)
    model = fit_model(
        (values - mean) / sd,
        cohort.labels,
        stratified_folds(cohort.labels, recipe.fusion.folds, seed),
        np.zeros(len(columns), dtype=np.bool_),
        inverse_regularization=recipe.fusion.inverse_regularization,
        calibration=recipe.fusion.calibration,
    )
    inputs = np.column_stack(list(trained.logits(fresh).values()))
    return model.calibration.apply(model.logits((inputs - mean) / sd))


def fit_again(name: str, cohort: PreparedCohort, rows: np.ndarray, seed: int) -> Any:
    """One branch on some patients."""
    from TACEResponseLib.evidence.kinds import branch_recipe

    (settings,) = (s for s in recipe_of("two logistic").branches if s.name == name)
    prepared = [cohort.by_branch[name][k] for k in np.flatnonzero(rows)]
    return branch_recipe(settings).fit(prepared, cohort.labels[rows], seed)


PARTS: dict[str, tuple[Callable[[int], Row], int]] = {
    "paired": (paired, N_PAIRED * len(SIGNALS) * len(SIGNAL_SIZES)),
    "null": (null_cohort, N_NULL),
}


def finished() -> Iterator[Row]:
    """Rows of earlier runs; a line without its end was cut off by a kill."""
    if FINISHED.exists():
        text = FINISHED.read_text(encoding="utf-8")
        yield from map(json.loads, text[: text.rfind("\n") + 1].splitlines())


def go_on(most: int | None) -> None:
    """Draw what is missing, at most so many."""
    # Its checks take a third of the time, of values that are checked already.
    sklearn.set_config(assume_finite=True, skip_parameter_validation=True)
    done = {(row["part"], row["number"]) for row in finished()}
    missing = [(p, k) for p, (_, n) in PARTS.items() for k in range(n) if (p, k) not in done]
    FINISHED.parent.mkdir(exist_ok=True)
    for part, number in missing[:most]:
        row = {"part": part, "number": number, **PARTS[part][0](number)}
        with FINISHED.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def document(rows: list[Row]) -> str:
    """docs/trust-of-fusion.md."""
    null = [row for row in rows if row["part"] == "null"]
    pairs = [row for row in rows if row["part"] == "paired"]
    lines = [
        "# How far a card's AUC can be trusted",
        "",
        "Written by `python Testing/benchmarks/trust_of_fusion.py`: cohorts of drawn features, "
        "trained by the program's own functions with five folds and five repeats, each with a seed "
        f"that follows from its number ({NULL_SEED}, {SIGNAL_SEED} and {FRESH_SEED}). What is "
        "trained how, and why: [decision 5](decisions/0005-nested-outputs.md).",
        "",
        "## Features that know nothing",
        "",
        f"{len(null):,} cohorts of {', '.join(map(str, SIZES))} patients, half or three tenths of "
        "them events. The interval is the one on the card; it should lie above .5 in 2.5 % at most "
        f"and may in {100 * MOST_ABOVE_CHANCE:g} %.",
        "",
        *_null_table(null),
        "",
        "`turned round`: bundles with a coefficient of evidence below 0. `backwards`: bundles "
        "whose card says more than .5 and that rank their own training patients below .5.",
        "",
        "## What caution costs",
        "",
        f"Two logistic branches, of which one knows something; {N_PAIRED} cohorts a line, "
        f"{N_FRESH:,} fresh patients each. `before` is the fusion of versions before this page: "
        "free coefficients on the outputs of one division into folds. Allowed is a mean loss of "
        f"{LARGEST_LOSS:g}.",
        "",
        *_paired_table(pairs),
    ]
    return "\n".join(lines) + "\n"


def _null_table(rows: list[Row]) -> list[str]:
    """A line a recipe, one for all."""
    head = [
        "| recipe | cohorts | mean AUC | interval above .5, % | below .5, % | turned round "
        "| backwards |",
        "|---|---|---|---|---|---|---|",
    ]
    groups = [(name, [r for r in rows if r["recipe"] == name]) for name in RECIPES]
    return head + [_null_line(name, some) for name, some in (*groups, ("all", rows)) if some]


def _null_line(name: str, rows: list[Row]) -> str:
    value, low, high = np.array([row["auc"] for row in rows]).T
    above = proportion(int((low > 0.5).sum()), len(rows))
    turned = sum(row["least_coefficient"] < 0 for row in rows)
    backwards = sum(row["auc"][0] > 0.5 and row["auc_of_training_patients"] < 0.5 for row in rows)
    return (
        f"| {name} | {len(rows)} | {value.mean():.3f} | {100 * above.value:.1f} "
        f"({100 * above.low:.1f} to {100 * above.high:.1f}) | {100 * (high < 0.5).mean():.1f} "
        f"| {turned} | {backwards} |"
    )


def _paired_table(rows: list[Row]) -> list[str]:
    """A line a size and signal, one for all."""
    head = [
        "| patients | signal, SD | AUC on the card, mean | fresh patients, now | before | mean "
        "loss | largest loss | interval on the card holds the bundle's own AUC, % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    settings = sorted({(row["n"], row["signal"]) for row in rows})
    groups = [
        (f"{n} | {signal}", [r for r in rows if (r["n"], r["signal"]) == (n, signal)])
        for n, signal in settings
    ]
    return head + [_paired_line(name, some) for name, some in (*groups, ("all | ", rows)) if some]


def _paired_line(name: str, rows: list[Row]) -> str:
    stated, low, high = np.array([row["stated"] for row in rows]).T
    now, before = (np.array([row[key] for row in rows]) for key in ("now", "before"))
    held = 100 * ((low <= now) & (now <= high)).mean()
    return (
        f"| {name} | {stated.mean():.3f} | {now.mean():.3f} | {before.mean():.3f} "
        f"| {(before - now).mean():.4f} | {(before - now).max():.4f} | {held:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, help="draw no more than so many this time")
    options = parser.parse_args()
    go_on(options.most)
    rows = list(finished())
    PAGE.write_text(document(rows), encoding="utf-8")
    sys.stdout.write(f"{PAGE}: {len(rows)} of {sum(n for _, n in PARTS.values())}\n")


if __name__ == "__main__":
    main()
