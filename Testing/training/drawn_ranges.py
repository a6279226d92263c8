"""Ranges and answers of fresh patients by trainings on drawn cohorts, whose truth is known."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit, logit

from TACEResponseLib.basics.logistic import Floats, fit_logistic
from TACEResponseLib.evidence.branch import AnyBranch
from TACEResponseLib.evidence.image_network.preparation import PreparedPatches
from TACEResponseLib.evidence.kinds import branch_recipe
from TACEResponseLib.fusion.answers import ERROR, class_ranks
from TACEResponseLib.fusion.fitting import fit_fusion
from TACEResponseLib.fusion.fusion import FittedFusion
from TACEResponseLib.fusion.model_range import as_of_all, model_range
from TACEResponseLib.fusion.nested_outputs import NestedOutputs
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.folds import repeated_folds
from TACEResponseLib.training.held_out import nested_outputs, nested_splits
from TACEResponseLib.training.prepared_cohort import PreparedCohort, chosen_of
from TACEResponseLib.training.refits.refitting import refit
from TACEResponseLib.training.trained import logits_of
from Testing.training.conftest import SIZE, radiomics, recipe_content
from Testing.training.feature_level import drawn_cohort, recipe_of

SIGNAL, N_FRESH, N_REFITS = 0.8, 60, 30
NETWORK: dict[str, Any] = {
    "kind": "image_network",
    "name": "cnn",
    "sequences": ["ct_arterial"],
    "patch": {"size_px": 16, "channels": 1},
    "network": "small_cnn",
    "arguments": {"in_channels": 1, "n_classes": 2, "widths": [4, 8]},
    "target_layer": "features",
    "fitting": {"epochs": 6, "batch_size": 16, "learning_rate": 0.01},
}


def random_cohort(n: int, prevalence: float, rng: np.random.Generator) -> PreparedCohort:
    """Patients of whom each responds by chance, as another cohort's would."""
    events = int(np.clip(rng.binomial(n, prevalence), 6, n - 6))
    return drawn_cohort(n, events / n, rng, SIGNAL)


def feature_ranges(
    n: int, prevalence: float, draw: int, seed: int, n_refits: int = N_REFITS
) -> dict[str, list[float]]:
    """Probabilities of fresh patients by one training, and their ranges.

    Args:
        n: training patients.
        prevalence: of events.
        draw: which cohort; fresh patients are the same for all draws.
        seed: of everything.
        n_refits: as many refits.
    """
    key = [seed, n, round(100 * prevalence)]
    fresh = drawn_cohort(N_FRESH, prevalence, np.random.default_rng([*key, 10**6]), SIGNAL)
    cohort = random_cohort(n, prevalence, np.random.default_rng([*key, draw]))
    recipe = recipe_of("two logistic")
    outputs, branches, fusion = trained_whole(recipe, cohort, draw)
    return {
        "truth": _truth(fresh, prevalence).tolist(),
        **_ranges(recipe, cohort, (outputs, branches, fusion), fresh, draw, n_refits),
    }


def network_ranges(draw: int, seed: int, n_refits: int = N_REFITS) -> dict[str, list[float]]:
    """The same by a small network of drawn patches beside radiomics."""
    content = {"branches": [NETWORK, radiomics("size", SIZE)], "candidates": [], "folds": 5}
    recipe = Recipe.model_validate(recipe_content(**content))
    fresh = _patches(N_FRESH, np.random.default_rng([seed, 10**6]))
    cohort = _patches(100, np.random.default_rng([seed, draw]))
    return _ranges(recipe, cohort, trained_whole(recipe, cohort, draw), fresh, draw, n_refits)


def trained_whole(
    recipe: Recipe, cohort: PreparedCohort, seed: int
) -> tuple[NestedOutputs, dict[str, list[AnyBranch]], FittedFusion]:
    """Nested outputs, each branch on everybody and without each fold, and the fusion."""
    folds = repeated_folds(cohort, recipe.folds, recipe.n_repeats, seed)
    splits = nested_splits(folds, cohort.labels, seed)
    answers: dict[str, dict[str, Floats]] = {}
    branches: dict[str, list[AnyBranch]] = {}
    for settings in recipe.branches:
        prepared, fit = cohort.by_branch[settings.name], branch_recipe(settings).fit
        fitted = {
            s.name: fit(chosen_of(prepared, s.trained), cohort.labels[s.trained], seed)
            for s in splits
        }
        answers[settings.name] = {
            s.name: fitted[s.name].logits(chosen_of(prepared, s.held_out)) for s in splits
        }
        first = [s for s in splits if s.repeat == 0 and s.fold is not None]
        without = [fitted[s.name] for s in sorted(first, key=lambda s: s.fold or 0)]
        branches[settings.name] = [fit(prepared, cohort.labels, seed), *without]
    outputs = nested_outputs(folds, splits, answers)
    trained = fit_fusion(
        recipe.fusion, outputs, cohort.clinical, cohort.labels, seed, resampled=False
    )
    return outputs, branches, trained.fusion


def _ranges(
    recipe: Recipe,
    cohort: PreparedCohort,
    trained: tuple[NestedOutputs, dict[str, list[AnyBranch]], FittedFusion],
    fresh: PreparedCohort,
    seed: int,
    n_refits: int,
) -> dict[str, list[float]]:
    """As the program makes them."""
    outputs, branches, fusion = trained
    whole = tuple(fitted[0] for fitted in branches.values())
    p = fusion.probabilities(logits_of(whole, fresh), fresh.clinical)
    networks = _network_logits(recipe, branches, fresh)
    drawn = np.empty((n_refits, p.size))
    for number in range(n_refits):
        made = refit(recipe.branches, recipe.fusion, cohort, outputs, seed, number)
        logits: Mapping[str, Floats] = logits_of(tuple(made.branches.values()), fresh)
        turn = {name: values[number % len(values)] for name, values in networks.items()}
        drawn[number] = made.fusion.probabilities({**turn, **logits}, fresh.clinical)
    folds = recipe.folds if networks else None
    ranges = [model_range(float(p[k]), drawn[:, k], networks=folds) for k in range(p.size)]
    return {
        "p": p.tolist(),
        "low": [one.low for one in ranges],
        "high": [one.high for one in ranges],
    }


def _network_logits(
    recipe: Recipe, branches: Mapping[str, list[AnyBranch]], fresh: PreparedCohort
) -> dict[str, Floats]:
    """Logits (folds, n) of networks without each fold, as those of other cohorts."""
    logits = {}
    for settings in recipe.branches:
        if settings.trained_by_epochs:
            whole, *without = (b.logits(fresh.by_branch[b.name]) for b in branches[settings.name])
            logits[settings.name] = np.array(
                [as_of_all(w, row) for w, row in zip(whole, np.array(without).T, strict=True)]
            ).T
    return logits


def _truth(cohort: PreparedCohort, prevalence: float) -> Floats:
    """Probability of each patient by the law that drew the cohort, (n,)."""
    first = np.array([list(row.values())[1] for row in cohort.by_branch["size"]])  # type: ignore[attr-defined]
    return np.asarray(expit(logit(prevalence) + SIGNAL * first - SIGNAL**2 / 2))


def _patches(n: int, rng: np.random.Generator) -> PreparedCohort:
    """Patients whose patches are brighter in events, and whose size tells a little."""
    labels = (rng.random(n) < 0.5).astype(np.int64)
    bright = rng.normal(0.4 * labels, 0.5)
    return PreparedCohort(
        case_ids=tuple(f"P{number:04d}" for number in range(n)),
        labels=labels,
        clinical=(ClinicalRecord(),) * n,
        by_branch={
            "cnn": tuple(
                PreparedPatches(
                    patches=(b + rng.normal(size=(1, 1, 16, 16))).astype(np.float32), plans=()
                )
                for b in bright
            ),
            "size": tuple({SIZE: float(v)} for v in rng.normal(0.4 * labels)),
        },
    )


def answered(number: int, seed: int) -> dict[str, Any]:
    """Shares of fresh patients whose own class is kept, by scores apart and out of fold."""
    rng = np.random.default_rng([seed, number])
    n = (60, 100, 300)[number % 3]
    cohort = drawn_cohort(n, (0.5, 0.3)[number // 3 % 2], rng, SIGNAL)
    fresh = drawn_cohort(2000, 0.5, rng, SIGNAL)
    _, branches, fusion = trained_whole(recipe_of("two logistic"), cohort, number)
    scores = fusion.held_out
    if scores is None:
        raise ValueError("a fusion of today keeps its scores")
    whole = tuple(fitted[0] for fitted in branches.values())
    new = logit(fusion.probabilities(logits_of(whole, fresh), fresh.clinical))
    line = fusion.model.calibration
    held_out = [logit(line.apply(s)) for s in (scores.positive, scores.negative)]
    return {
        "n": n,
        "sizes": [len(scores.positive), len(scores.negative)],
        "out_of_fold": _kept(held_out[0], held_out[1], new, fresh.labels),
        **_apart(cohort, fresh, rng),
    }


def _apart(
    cohort: PreparedCohort, fresh: PreparedCohort, rng: np.random.Generator
) -> dict[str, Any]:
    """The same with a line that is fitted on one half of the patients, scores of the other."""
    x, z = (np.array([list(row.values()) for row in c.by_branch["size"]]) for c in (cohort, fresh))  # type: ignore[attr-defined]
    half = rng.permutation(cohort.labels.size) % 2 == 0
    line = fit_logistic(x[half], cohort.labels[half], 1.0)
    scores, y = line.decision_function(x[~half]), cohort.labels[~half]
    kept = _kept(scores[y == 1], scores[y == 0], line.decision_function(z), fresh.labels)
    return {"split": kept, "split_sizes": [int((y == 1).sum()), int((y == 0).sum())]}


def _kept(positive: Floats, negative: Floats, scores: Floats, labels: Any) -> list[float]:
    """Share of each class that keeps its own class, positive first."""
    as_positive, as_negative = class_ranks(positive, negative, scores)
    return [
        float((as_positive[labels == 1] > ERROR).mean()),
        float((as_negative[labels == 0] > ERROR).mean()),
    ]
