"""How often do the 95 % intervals of the AUC hold the truth?

`python Testing/benchmarks/coverage.py` writes docs/coverage.md in about ten minutes.

Simulates binormal studies: scores of the two classes are normal with variance 1, their means apart
by sqrt(2) times the standard normal quantile of the true AUC. All studies of one setting are ranked
at once; the formulas are those of `evaluation.discrimination`, and the first studies of each
setting are checked against it. With few patients in a class it calls the library's own function
for each study, for scores of exponential law too, which spread more the higher they are.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from TACEResponseLib.evaluation.discrimination.auc_interval import (
    FEW_PER_CLASS,
    HIGH_AUC,
    VERY_FEW_PER_CLASS,
    DelongSpread,
    auc_interval,
)
from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.evaluation.estimate import Z_95
from TACEResponseLib.evaluation.proportions import proportion

SETTINGS = [(area, n) for n in (200, 64, 40) for area in (0.70, 0.85, 0.90, 0.97)]
FEW = [(5, 5), (6, 6), (8, 8), (15, 15), (5, 40), (8, 40), (40, 8), (5, 150), (12, 150)]
FEW_AREAS = (0.5, 0.65, 0.75, 0.85, 0.92)
FEW_STUDIES = 1000
LEAST_OF_FEW = 0.94
REQUIRED = {(0.70, 200), (0.85, 200)}
ALLOWED = (0.935, 0.965)
CHECKED = 25
RESAMPLES = 1000
BOOTSTRAPPED = 500
PREVALENCE = 0.5
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Shares of studies whose interval holds the true AUC."""

    area: float
    n: int
    ours: float
    plain: float
    logit: float
    bootstrap: float
    width: float


def studies(area: float, n: int, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Scores of the positive and negative patients, (count, n / 2) each."""
    half = round(n * PREVALENCE)
    positive = rng.normal(np.sqrt(2) * norm.ppf(area), 1, (count, half))
    return positive, rng.normal(0, 1, (count, n - half))


def placements(positive: Floats, negative: Floats) -> tuple[Floats, Floats]:
    """As `evaluation.placements`, a study a row."""
    ranks = rankdata(np.hstack([positive, negative]), axis=1)
    m, n = positive.shape[1], negative.shape[1]
    beats = (ranks[:, :m] - rankdata(positive, axis=1)) / n
    return beats, 1 - (ranks[:, m:] - rankdata(negative, axis=1)) / m


def delong(positive: Floats, negative: Floats) -> tuple[Floats, Floats]:
    """AUC and its standard error, a study a row."""
    beats, beaten = placements(positive, negative)
    variance = beats.var(axis=1, ddof=1) / beats.shape[1]
    return beats.mean(axis=1), np.sqrt(variance + beaten.var(axis=1, ddof=1) / beaten.shape[1])


def few(
    positives: int, negatives: int, law: str, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """Shares of studies that hold the truth and mean widths, over all areas, now and by logit.

    Args:
        positives: patients of the one class.
        negatives: of the other.
        law: `normal` or `exponential`.
        rng: source of the studies.
    """
    columns = []
    for area in FEW_AREAS:
        if law == "normal":
            positive = rng.normal(np.sqrt(2) * norm.ppf(area), 1, size=(FEW_STUDIES, positives))
            negative = rng.normal(size=(FEW_STUDIES, negatives))
        else:
            positive = rng.exponential(area / (1 - area), (FEW_STUDIES, positives))
            negative = rng.exponential(size=(FEW_STUDIES, negatives))
        beats, beaten = placements(positive, negative)
        value, error = delong(positive, negative)
        old = limits(value, error, min(positives, negatives))["logit"]
        new = [
            auc_interval(
                DelongSpread(
                    auc=float(b.mean()),
                    of_positives=float(b.var(ddof=1) / positives),
                    of_negatives=float(n.var(ddof=1) / negatives),
                    positives=positives,
                    negatives=negatives,
                )
            )[:2]
            for b, n in zip(beats, beaten, strict=True)
        ]
        for low, high in (np.array(new).T, old):
            columns += [((low <= area) & (area <= high)).mean(), (high - low).mean()]
    means = np.array(columns).reshape(len(FEW_AREAS), 4).mean(axis=0)
    return float(means[0]), float(means[1]), float(means[2]), float(means[3])


def limits(value: Floats, error: Floats, smaller: int) -> dict[str, tuple[Floats, Floats]]:
    """Intervals on both scales and the one that the library chooses."""
    plain = (np.maximum(value - Z_95 * error, 0), np.minimum(value + Z_95 * error, 1))
    perfect, reversed_ = value == 1, value == 0
    safe = np.where(perfect | reversed_, 0.5, value)
    exact = 0.025 ** (1 / smaller)
    logit, half = np.log(safe / (1 - safe)), Z_95 * error / (safe * (1 - safe))
    low, high = 1 / (1 + np.exp(half - logit)), 1 / (1 + np.exp(-half - logit))
    on_logit = (
        np.select([perfect, reversed_], [exact, 0.0], low),
        np.select([perfect, reversed_], [1.0, 1 - exact], high),
    )
    small = np.array(smaller < FEW_PER_CLASS)
    use_logit = small | (value > HIGH_AUC)
    ours = tuple(np.where(use_logit, b, a) for a, b in zip(plain, on_logit, strict=True))
    return {"plain": plain, "logit": on_logit, "ours": (ours[0], ours[1])}


def bootstrapped(positive: Floats, negative: Floats, rng: np.random.Generator) -> Floats:
    """Percentile limits of each study, (studies, 2); patients drawn within the cohort."""
    ends = []
    for p, q in zip(positive, negative, strict=True):
        # Which positive beats which negative, once; a draw only counts how often each comes.
        wins = (p[:, None] > q).astype(np.float32)
        counts = rng.multinomial(
            p.size + q.size, np.full(p.size + q.size, 1 / (p.size + q.size)), RESAMPLES
        ).astype(np.float32)
        of_p, of_q = counts[:, : p.size], counts[:, p.size :]
        pairs = of_p.sum(axis=1) * of_q.sum(axis=1)
        areas = np.einsum("rp,rp->r", of_p, of_q @ wins.T) / np.where(pairs > 0, pairs, np.nan)
        ends.append(np.nanpercentile(areas, (2.5, 97.5)))
    return np.array(ends)


def check(positive: Floats, negative: Floats, ours: tuple[Floats, Floats]) -> None:
    """The first studies by the library's own function."""
    for i in range(CHECKED):
        labels = np.repeat([1, 0], [positive.shape[1], negative.shape[1]])
        estimate = auc(labels, np.concatenate([positive[i], negative[i]]))
        np.testing.assert_allclose(
            (estimate.low, estimate.high), (ours[0][i], ours[1][i]), atol=1e-12
        )


def cover(area: float, n: int, count: int, rng: np.random.Generator) -> Coverage:
    """One setting."""
    positive, negative = studies(area, n, count, rng)
    value, error = delong(positive, negative)
    interval = limits(value, error, min(positive.shape[1], negative.shape[1]))
    check(positive, negative, interval["ours"])
    shares = {
        name: float(((low <= area) & (area <= high)).mean())
        for name, (low, high) in interval.items()
    }
    drawn = bootstrapped(positive[:BOOTSTRAPPED], negative[:BOOTSTRAPPED], rng)
    shares["bootstrap"] = float(((drawn[:, 0] <= area) & (area <= drawn[:, 1])).mean())
    width = float((interval["ours"][1] - interval["ours"][0]).mean())
    return Coverage(area=area, n=n, width=width, **shares)


def document(rows: list[Coverage], few_rows: list[str], count: int, seed: int) -> str:
    """docs/coverage.md."""
    error = 100 * np.sqrt(0.95 * 0.05 / count)
    half = proportion(round(0.95 * BOOTSTRAPPED), BOOTSTRAPPED)
    lines = [
        "# How often the intervals hold the truth",
        "",
        f"`python Testing/benchmarks/coverage.py` simulates {count:,} studies a line (binormal "
        f"scores, half of the patients positive, seed {seed}) and counts the 95 % intervals of the "
        f"AUC that hold the true one. The share itself has a standard error of {error:.1f} points; "
        f"that of the bootstrap, from {BOOTSTRAPPED} of the studies with {RESAMPLES:,} draws, an "
        f"interval of {100 * half.low:.0f} to {100 * half.high:.0f} % where 95 % is true.",
        "",
        "`reported` is what this program prints: DeLong, on the logit scale when a class has fewer "
        f"than {FEW_PER_CLASS} patients or the AUC found is above {HIGH_AUC:g}, exact where no "
        f"pair is wrong; with fewer than {VERY_FEW_PER_CLASS} in a class as below.",
        "",
        "| true AUC | patients | reported, % | mean width | DeLong plain, % | DeLong logit, % "
        "| bootstrap, % |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {r.area:.2f} | {r.n} | {100 * r.ours:.1f} | {r.width:.3f} | {100 * r.plain:.1f} | "
            f"{100 * r.logit:.1f} | {100 * r.bootstrap:.1f} |"
            for r in rows
        ),
        "",
        "Required: 93.5 to 96.5 % at 200 patients with AUC .70 and .85.",
        "",
        "## Few patients in a class",
        "",
        f"With fewer than {VERY_FEW_PER_CLASS} patients in a class the interval takes quantiles of "
        "t, is at least as wide as Newcombe's (Statistics in Medicine 2006;25:559, method 5) and "
        "at most as wide as the binomial one of as many disjoint pairs as the smaller class has "
        f"patients. Mean over true AUCs of {', '.join(f'{a:g}' for a in FEW_AREAS)}, "
        f"{FEW_STUDIES:,} studies each; scores of two laws. It holds the truth more often than "
        "95 % promises: the price of a spread that so few patients can't tell.",
        "",
        "| patients of the two classes | scores | reported, % | mean width | DeLong logit, % "
        "| mean width |",
        "|---|---|---|---|---|---|",
        *few_rows,
        "",
        f"Required: at least {100 * LEAST_OF_FEW:g} % in each line.",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Simulate, write, and fail where a required coverage is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=20)
    default = Path(__file__).resolve().parents[2] / "docs" / "coverage.md"
    parser.add_argument("--output", type=Path, default=default)
    options = parser.parse_args()
    rng, start = np.random.default_rng(options.seed), time.perf_counter()
    rows = [cover(area, n, options.studies, rng) for area, n in SETTINGS]
    of_few = {(p, q, law): few(p, q, law, rng) for p, q in FEW for law in ("normal", "exponential")}
    few_rows = [
        f"| {p} and {q} | {law} | {100 * new:.1f} | {width:.2f} | {100 * old:.1f} | {before:.2f} |"
        for (p, q, law), (new, width, old, before) in of_few.items()
    ]
    text = document(rows, few_rows, options.studies, options.seed)
    options.output.write_text(text, encoding="utf-8")
    missed = [
        f"AUC {r.area} n {r.n}: {r.ours:.4f}"
        for r in rows
        if (r.area, r.n) in REQUIRED and not ALLOWED[0] <= r.ours <= ALLOWED[1]
    ]
    missed += [f"{key}: {value[0]:.4f}" for key, value in of_few.items() if value[0] < LEAST_OF_FEW]
    seconds = time.perf_counter() - start
    sys.stdout.write(f"{options.output}, {seconds:.0f} s\n" + "\n".join(missed) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
