"""Judge the shipped bundle on fresh simulated patients: `make judge`.

Prints, for the same patients, the best possible AUC (that of the true probabilities), the AUC of
each branch and of the fused model with interval, the share of the possible that the model reaches,
(AUC - .5) / (best possible - .5), with a bootstrap interval over patients, and the calibration
slope with interval, beside that of the true probabilities. The seed differs from those of training
and demo.
"""

import argparse
import json
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.process.worker_pool import workers
from TACEResponseLib.bundle import Bundle, load_bundle
from TACEResponseLib.evaluation.calibration.calibration_line import calibration_line
from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.simulation.cohort import simulate
from TACEResponseLib.simulation.settings import SimulationSettings
from TACEResponseLib.simulation.world2.settings import World2Settings

# Seeds 90001 to 90004 judged earlier bundles and led to changes in training; a bundle made after
# them is judged on patients that nobody had seen. docs/demo-bundle.md has all results.
JUDGING_SEED = 90005
N_BOOTSTRAP = 2000


def score_one(bundle_name: str, world: int, seed: int, index: int) -> dict[str, float]:
    """Outcome, true probability and every output for one fresh patient; runs in a worker."""
    from TACEResponseLib.scoring import score

    bundle = _bundle(bundle_name)
    settings = World2Settings() if world == 2 else SimulationSettings()
    patient = simulate(settings, seed, index)
    prediction = score(patient.to_case(), bundle)
    outputs = {branch.name: branch.probability for branch in prediction.branches}
    return {
        "response": patient.response,
        "true": patient.probability,
        "fused": prediction.fused.probability,
        **outputs,
    }


_LOADED: dict[str, Bundle] = {}


def _bundle(name: str) -> Bundle:
    """Loaded once in each worker."""
    if name not in _LOADED:
        _LOADED[name] = load_bundle(name)
    return _LOADED[name]


def share_of_possible(
    response: NDArray[np.int64], model: NDArray[np.float64], best: NDArray[np.float64], seed: int
) -> Estimate:
    """(AUC - .5) / (best possible AUC - .5) with a percentile bootstrap over patients."""

    def share(rows: NDArray[np.int64]) -> float:
        reached = auc(response[rows], model[rows]).value - 0.5
        return reached / (auc(response[rows], best[rows]).value - 0.5)

    rng = np.random.default_rng(seed)
    n = response.size
    drawn = [share(rng.integers(0, n, n)) for _ in range(N_BOOTSTRAP)]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Estimate(
        value=share(np.arange(n)),
        low=float(low),
        high=float(high),
        n=n,
        method=f"bootstrap over patients, {N_BOOTSTRAP} resamples",
    )


def expected_slope(true: NDArray[np.float64], model: NDArray[np.float64]) -> float:
    """Calibration slope if each patient had responded as often as the law says.

    The responses that were drawn move the slope of 2,000 patients by .06 (SE) whatever the model;
    this is what is left of it.
    """
    import statsmodels.api as sm

    logit = np.log(model / (1 - model))
    line = sm.GLM(true, sm.add_constant(logit), family=sm.families.Binomial()).fit()
    return float(line.params[1])


def expected_auc(true: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """AUC if each patient had responded as often as the law says: no chance of responses in it."""
    weight = np.outer(true, 1 - true)
    np.fill_diagonal(weight, 0)
    higher = np.sign(score[:, None] - score[None]) / 2 + 0.5
    return float((weight * higher).sum() / weight.sum())


def estimate_line(name: str, estimate: Estimate) -> str:
    return f"{name:28s} {estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", default="ct-radiomics-cnn-simulated")
    parser.add_argument("--world", type=int, choices=(1, 2), default=1)
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=JUDGING_SEED)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--output", type=Path, help="write the numbers as JSON")
    options = parser.parse_args()
    start, n = time.perf_counter(), options.patients
    with workers(options.jobs) as pool:
        rows = list(
            pool.map(
                partial(score_one, options.bundle, options.world, options.seed),
                range(n),
                chunksize=10,
            )
        )
    column = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    response = column.pop("response").astype(np.int64)
    best = column.pop("true")
    numbers = {"AUC best possible": auc(response, best)}
    numbers |= {f"AUC {name}": auc(response, values) for name, values in column.items()}
    numbers["share of possible, fused"] = share_of_possible(
        response, column["fused"], best, options.seed
    )
    slope, intercept = calibration_line(response, column["fused"])
    numbers |= {
        "calibration slope": slope,
        "calibration intercept": intercept,
        "slope of true probabilities": calibration_line(response, best)[0],
    }
    noise_free = expected_slope(best, column["fused"])
    chance_free = {
        "AUC without chance, fused": expected_auc(best, column["fused"]),
        "AUC without chance, best": expected_auc(best, best),
    }
    minutes = (time.perf_counter() - start) / 60
    lines = [
        f"{n} simulated patients, {response.sum()} responders, seed {options.seed}",
        *(estimate_line(name, estimate) for name, estimate in numbers.items()),
        f"{'slope without outcome noise':28s} {noise_free:.3f}",
        *(f"{name:28s} {value:.3f}" for name, value in chance_free.items()),
        f"{minutes:.1f} minutes, {options.jobs} processes",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    if options.output:
        plain = {
            name: {"value": e.value, "low": e.low, "high": e.high, "n": e.n, "method": e.method}
            for name, e in numbers.items()
        }
        plain["slope without outcome noise"] = {"value": noise_free, "n": n}
        plain |= {name: {"value": value, "n": n} for name, value in chance_free.items()}
        options.output.write_text(json.dumps(plain, indent=2) + "\n")


if __name__ == "__main__":
    main()
