"""Does a model know the cases that are like its patients from those that are not?

    python Testing/benchmarks/unlike_cases.py

writes docs/unlike-cases.md. Four parts: drawn features; real lesions of WAW-TACE, whose portal
phase is given as arterial; simulated patients of the demo's recipe, as they are and changed; real
images that hold no such lesion. What is finished stands in build/unlike-cases; a run that is
stopped goes on from there. The seed of each case follows from its number, and no number is drawn
twice.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

# Run as a script, it finds the tests' own modules by the root of the source.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.evaluation.proportions import proportion
from TACEResponseLib.evidence.branch import FittedBranch
from TACEResponseLib.evidence.kinds import branch_recipe
from TACEResponseLib.likeness.fitted import FEW_PATIENTS, FittedLikeness
from TACEResponseLib.patient.case import Case
from TACEResponseLib.recipe.reading import read_recipe
from TACEResponseLib.simulation.members import simulated_truths
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings
from TACEResponseLib.training.preparation.files import read_prepared, write_prepared
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.state import TrainingState
from Testing.benchmarks import changed_cases, waw_tace
from Testing.training.feature_level import drawn_cohort, likeness_in_memory, recipe_of

ROOT = Path(__file__).resolve().parents[2]
BUILD, PAGE = ROOT / "build" / "unlike-cases", ROOT / "docs" / "unlike-cases.md"
FINISHED, PREPARED, TRAINED = BUILD / "rows.jsonl", BUILD / "prepared", BUILD / "training"
DRAWN_SEED, HALVES_SEED = 60_610, 60_620
TRAINING_SEED, LIKE_SEED, CHANGED_SEED = 60_601, 60_602, 60_603
SIZES, N_DRAWN, N_FRESH = (60, 100, 300, 1000), 10, 1000
N_HALVES, N_TRAINING, N_LIKE, N_CHANGED = 20, 200, 400, 30
RECIPE = "ct-radiomics-cnn-demo.yaml"
LEAST_NO_CALL, USUAL = 0.9, (0.03, 0.07)

Row = dict[str, Any]
REFUSED = "refused"


def drawn(number: int) -> Row:
    """Drawn features: a thousand cases of the same law as the training patients."""
    n = SIZES[number % len(SIZES)]
    recipe = recipe_of("two logistic", repeats=1)
    cohort = drawn_cohort(n, 0.5, np.random.default_rng([DRAWN_SEED, number]), 0.8)
    fresh = drawn_cohort(N_FRESH, 0.5, np.random.default_rng([DRAWN_SEED, number, 1]), 0.8)
    branches, likeness = likeness_in_memory(recipe, cohort, number)
    rows = {b.name: b.vectors(fresh.by_branch[b.name]) for b in branches}
    return {"n": n, **shares(words_of(likeness, rows))}


def halves(number: int) -> Row:
    """Real lesions: one half of the patients trains, the other is asked, in both phases."""
    return {name: shares(words) for name, words in waw_tace.halves(HALVES_SEED, number).items()}


def like(number: int) -> Row:
    """A fresh simulated patient."""
    return verdict(prepared_patient(LIKE_SEED, number))


def changed(number: int) -> Row:
    """A simulated patient whose image or ROI is another than the model was trained on."""
    patient = simulate_patient(SimulationSettings(), CHANGED_SEED, number)
    rng = np.random.default_rng([CHANGED_SEED, number, 1])
    makers = changed_cases.of_patient(patient, rng)
    return {name: said_of(make) for name, make in makers.items()}


def real(number: int) -> Row:  # noqa: ARG001
    """Real images that hold no such lesion."""
    return {name: said_of(make) for name, make in changed_cases.of_real_images().items()}


def said_of(make: Callable[[], Case]) -> Row:
    """What is said of a case, or that it was refused."""
    try:
        case = make()
        return verdict({s.name: branch_recipe(s).prepare(case) for s in the_recipe().branches})
    except InputError as error:
        return {"word": REFUSED, "why": error.unnamed[:100]}


def verdict(prepared: dict[str, Any]) -> Row:
    """What the model says of a prepared patient."""
    branches, likeness = the_model()
    vectors = {b.name: b.vectors([prepared[b.name]])[0] for b in branches}
    logits = {b.name: float(b.logits([prepared[b.name]])[0]) for b in branches}
    said = likeness.verdict(vectors, {})
    return {
        "word": said.word,
        "p": said.p,
        "by": {b.branch: b.p for b in said.branches},
        "disagrees": likeness.disagrees(logits),
    }


def words_of(likeness: FittedLikeness, rows: dict[str, Floats]) -> list[str]:
    """The word for each patient."""
    n = len(next(iter(rows.values())))
    return [likeness.verdict({b: v[k] for b, v in rows.items()}, {}).word for k in range(n)]


def shares(words: list[str]) -> Row:
    """How many there are, how many are unusual or worse, how many get no call."""
    no_call = sum(word in ("unlike", REFUSED) for word in words)
    return {"cases": len(words), "told": sum(w != "like" for w in words), "no_call": no_call}


def the_recipe() -> Any:
    return read_recipe(resource_path("Recipes", RECIPE))


@cache
def the_model() -> tuple[tuple[FittedBranch, ...], FittedLikeness]:
    """The demo's recipe on patients of this benchmark; finished fits are kept."""
    truths = simulated_truths(SimulationSettings(), N_TRAINING, TRAINING_SEED)
    patients = [prepared_patient(TRAINING_SEED, number) for number in range(N_TRAINING)]
    recipe = the_recipe()
    cohort = PreparedCohort(
        case_ids=tuple(truth.case_id for truth in truths),
        labels=np.array([truth.response for truth in truths], dtype=np.int64),
        clinical=tuple(truth.clinical for truth in truths),
        by_branch={s.name: [p[s.name] for p in patients] for s in recipe.branches},
    )
    return likeness_in_memory(recipe, cohort, TRAINING_SEED, TrainingState(TRAINED))


def prepared_patient(seed: int, number: int) -> dict[str, Any]:
    """What the branches need of a simulated patient; kept, as it takes most of the time."""
    recipe = the_recipe()
    paths = {s.name: PREPARED / f"{seed}-{number}-{s.name}.safetensors" for s in recipe.branches}
    if not all(path.exists() for path in paths.values()):
        PREPARED.mkdir(parents=True, exist_ok=True)
        case = simulate_patient(SimulationSettings(), seed, number).to_case()
        for s in recipe.branches:
            write_prepared(s.kind, branch_recipe(s).prepare(case), paths[s.name])
    return {s.name: read_prepared(s.kind, paths[s.name]) for s in recipe.branches}


PARTS: dict[str, tuple[Callable[[int], Row], int]] = {
    "drawn": (drawn, N_DRAWN * len(SIZES)),
    "halves": (halves, N_HALVES),
    "real": (real, 1),
    "changed": (changed, N_CHANGED),
    "like": (like, N_LIKE),
}


def finished() -> Iterator[Row]:
    """Rows of earlier runs; a line without its end was cut off by a kill."""
    if FINISHED.exists():
        text = FINISHED.read_text(encoding="utf-8")
        yield from map(json.loads, text[: text.rfind("\n") + 1].splitlines())


def go_on(parts: list[str], most: int | None) -> None:
    """Do what is missing, at most so much."""
    done = {(row["part"], row["number"]) for row in finished()}
    missing = [(p, k) for p in parts for k in range(PARTS[p][1]) if (p, k) not in done]
    FINISHED.parent.mkdir(parents=True, exist_ok=True)
    for part, number in missing[:most]:
        row = {"part": part, "number": number, "said": PARTS[part][0](number)}
        with FINISHED.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def document(rows: list[Row]) -> str:
    """docs/unlike-cases.md."""
    of = {part: [row["said"] for row in rows if row["part"] == part] for part in PARTS}
    low, high = (100 * share for share in USUAL)
    lines = [
        "# Cases unlike the training patients",
        "",
        "Written by `python Testing/benchmarks/unlike_cases.py`; each seed follows from a number "
        f"({DRAWN_SEED}, {HALVES_SEED}, {TRAINING_SEED} to {CHANGED_SEED}). What is measured and "
        "how it is judged: [decision 7](decisions/0007-unlike-cases.md).",
        "",
        "`told`: called unusual, or no call. `no call`: no probability is called, or the case was "
        f"refused before. Of like cases {low:g} to {high:g} % may be told; of cases that are "
        f"something else {100 * LEAST_NO_CALL:g} % should get no call.",
        "",
        "## Drawn features",
        "",
        f"Two branches of normal features; {len(of['drawn'])} cohorts, {N_FRESH:,} cases of the "
        "same law each.",
        "",
        *_drawn_table(of["drawn"]),
        "",
        "## Real lesions",
        "",
        "The largest lesion of each patient of WAW-TACE with both phases; half of the patients "
        f"train, in {len(of['halves'])} divisions, with the demo's choice of 14 radiomics features "
        "(labels dealt out, as the table has none). No network: there are no images.",
        "",
        *_halves_table(of["halves"]),
        "",
        "The portal phase of these lesions differs so little in radiomics that it can't be told; "
        "the phase is asked of the user and read from DICOM for that reason.",
        "",
        "## Simulated patients",
        "",
        f"The demo's recipe, {N_TRAINING} training patients; {len(of['like'])} fresh patients as "
        f"they are, {len(of['changed'])} of other seeds changed. "
        "ROIs in organs are balls of 20 to 36 mm; portal phase, lipiodol and metal are painted.",
        "",
        *_word_table(
            [
                ("as they are", of["like"]),
                ("ROI in spleen, kidney or stomach", in_organs(of["changed"])),
            ]
            + [
                (name, [row[name] for row in of["changed"] if name in row])
                for name in dict.fromkeys(name for row in of["changed"] for name in row)
            ]
        ),
        "",
        "## Real images",
        "",
        "Asked of the same model of simulated patients, to which every real image is foreign.",
        "",
        *_real_table(of["real"]),
    ]
    return "\n".join(lines) + "\n"


def in_organs(changed: list[Row]) -> list[Row]:
    """What was said of ROIs in organs beside the liver."""
    names = [f"ROI in {organ}" for organ in ("spleen", "kidney", "stomach")]
    return [row[name] for row in changed for name in names if name in row]


def _share(k: int, n: int) -> str:
    e = proportion(k, n)
    return f"{100 * e.value:.1f} ({100 * e.low:.1f} to {100 * e.high:.1f})"


def _drawn_table(rows: list[Row]) -> list[str]:
    head = [
        "| training patients | told, % | lowest and highest cohort | no call, % |",
        "|---|---|---|---|",
    ]
    lines = []
    for n in SIZES:
        some = [row for row in rows if row["n"] == n]
        if some:
            unusual = [100 * row["told"] / row["cases"] for row in some]
            no_call = 100 * sum(r["no_call"] for r in some) / sum(r["cases"] for r in some)
            few = " (no rank is below 1 %)" if n < FEW_PATIENTS else ""
            lines.append(
                f"| {n}{few} | {np.mean(unusual):.1f} | {min(unusual):.1f} to {max(unusual):.1f} "
                f"| {no_call:.1f} |"
            )
    return head + lines


def _halves_table(rows: list[Row]) -> list[str]:
    head = ["| case | cases a division | told, % | no call, % |", "|---|---|---|---|"]
    lines = []
    for name in rows[0] if rows else ():
        some = [row[name] for row in rows]
        cases = sum(row["cases"] for row in some)
        unusual, no_call = (
            100 * sum(row[key] for row in some) / cases for key in ("told", "no_call")
        )
        lines.append(f"| {name} | {cases // len(some)} | {unusual:.1f} | {no_call:.1f} |")
    return head + lines


def _word_table(groups: list[tuple[str, list[Row]]]) -> list[str]:
    head = [
        "| case | cases | told, % | no call, % | of these refused before, % | evidence "
        "disagrees, % |",
        "|---|---|---|---|---|---|",
    ]
    return head + [_word_line(name, some) for name, some in groups if some]


def _word_line(name: str, rows: list[Row]) -> str:
    words, n = [row["word"] for row in rows], len(rows)
    said, refused = shares(words), words.count(REFUSED)
    before = f"{100 * refused / said['no_call']:.0f}" if said["no_call"] else "0"
    scored = [row["disagrees"] for row in rows if "disagrees" in row]
    disagree = f"{100 * np.mean(scored):.0f}" if scored else ""
    return (
        f"| {name} | {n} | {_share(said['told'], n)} | {_share(said['no_call'], n)} | {before} "
        f"| {disagree} |"
    )


def _real_table(rows: list[Row]) -> list[str]:
    head = ["| image and ROI | said | evidence disagrees |", "|---|---|---|"]
    return head + [
        f"| {name} | {said['word']} | {'yes' if said.get('disagrees') else ''} |"
        for row in rows
        for name, said in row.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, help="do no more than so much this time")
    parser.add_argument("--part", choices=PARTS, action="append", help="do only this")
    options = parser.parse_args()
    go_on(options.part or list(PARTS), options.most)
    rows = list(finished())
    PAGE.write_text(document(rows), encoding="utf-8")
    sys.stdout.write(f"{PAGE}: {len(rows)} of {sum(n for _, n in PARTS.values())}\n")


if __name__ == "__main__":
    main()
