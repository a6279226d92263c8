"""docs/patient-intervals.md, of the rows that patient_intervals.py has drawn."""

from typing import Any

import numpy as np
from scipy.special import logit

from TACEResponseLib.fusion.answers import ERROR

Row = dict[str, Any]
IDEAL = 2 * 2.33
"""Width of a 90 % range of another draw, in SD over draws."""
CLIP = 1e-6
FEWEST_DRAWS = 10
"""With fewer, how far draws lie apart is not known."""
HEAD = """# What is said of one patient, and how often it holds

Written by `python Testing/benchmarks/patient_intervals.py`: cohorts of drawn features or patches,
trained by the program's own functions, each with a seed that follows from its number (610001,
620001 and 630001). What a range means: [decision 6](decisions/0006-range-by-refits.md).

## The range: another draw of training patients

Of 60 fresh patients, how often the range by one cohort holds the prediction by another cohort (aim:
86 to 95 %; with 10 events 84 to 98 %), how wide it is in logits against the width that the spread
over draws asks for (aim: at most 1.2), and how often it holds the true probability. For the last
there is no aim: the range leaves out what the inputs do not show.
"""
FOOT = """That a class is kept for nine in ten of its patients is not how often a single answer is
right: at an AUC of .65 a third of single answers are wrong. So an answer is given only where it was
right often enough in patients that the models had not seen, with both numbers.
"""


def document(rows: list[Row]) -> str:
    """The page."""
    of = {
        part: [r for r in rows if r["part"] == part] for part in ("features", "networks", "answers")
    }
    n_answers = len(of["answers"])
    ranges, answers = _ranges(of["features"] + of["networks"]), _answers(of["answers"])
    return f"""{HEAD}
{chr(10).join(ranges)}

## The answer: which class is kept

Of 1,000 fresh patients a class by each of {n_answers} cohorts, how many keep their own class.
Expected is 1 - floor(.1 (m + 1)) / (m + 1) for m patients of the class behind the scores.

{chr(10).join(answers)}

{FOOT}"""


def _ranges(rows: list[Row]) -> list[str]:
    lines = [
        "| evidence | patients | events, % | draws | holds another draw, % | width, of the ideal "
        "| median width, points | holds the truth, % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    keys = sorted({(r["part"], r["n"], r["prevalence"]) for r in rows})
    of = {k: [r for r in rows if (r["part"], r["n"], r["prevalence"]) == k] for k in keys}
    lines += [_range_line(key, some) for key, some in of.items() if len(some) >= FEWEST_DRAWS]
    few = sum(len(some) < FEWEST_DRAWS for some in of.values())
    left_out = f"{few} settings with fewer than {FEWEST_DRAWS} draws so far are left out."
    return [*lines, "", left_out] if few else lines


def _range_line(key: tuple[str, int, float], rows: list[Row]) -> str:
    p, low, high = (np.array([r[name] for r in rows]) for name in ("p", "low", "high"))
    draws = len(rows)
    held = [
        np.mean((low[a] <= p[b]) & (p[b] <= high[a]))
        for a in range(draws)
        for b in range(draws)
        if a != b
    ]
    ideal = IDEAL * logit(np.clip(p, CLIP, 1 - CLIP)).std(axis=0, ddof=1) if draws > 1 else np.nan
    width = logit(np.clip(high, CLIP, 1 - CLIP)) - logit(np.clip(low, CLIP, 1 - CLIP))
    truth = "" if "truth" not in rows[0] else _share(_holds_truth(rows))
    part, n, prevalence = key
    return (
        f"| {'features' if part == 'features' else 'network and feature'} | {n} "
        f"| {100 * prevalence:g} | {draws} | {_share(np.mean(held) if held else np.nan)} "
        f"| {np.median(width) / np.median(ideal):.2f} | {100 * np.median(high - low):.0f} "
        f"| {truth} |"
    )


def _holds_truth(rows: list[Row]) -> float:
    truth, low, high = (np.array([r[name] for r in rows]) for name in ("truth", "low", "high"))
    return float(((low <= truth) & (truth <= high)).mean())


def _share(value: float) -> str:
    return f"{100 * value:.1f}"


def _answers(rows: list[Row]) -> list[str]:
    lines = [
        "| scores | cohorts | kept, % | expected, % | difference, points |",
        "|---|---|---|---|---|",
    ]
    for name, sizes, words in (
        ("split", "split_sizes", "of patients apart"),
        ("out_of_fold", "sizes", "out of fold"),
    ):
        kept = np.array([r[name] for r in rows])
        m = np.array([r[sizes] for r in rows])
        expected = 1 - np.floor(ERROR * (m + 1) + 1e-12) / (m + 1)
        lines.append(
            f"| {words} | {len(rows)} | {_share(kept.mean())} | {_share(expected.mean())} "
            f"| {100 * (kept - expected).mean():+.2f} |"
        )
    return lines
