"""Judge a recipe on simulated patients: what it reaches of what can be reached.

Trains on 300 simulated patients (60 more are its tuning cohort), then asks every candidate about
2,000 fresh ones. Model and best possible AUC are of the same patients; the share of the possible is
(AUC - .5) / (best possible AUC - .5), with a bootstrap interval over patients.

    python Testing/benchmarks/judge_recipes.py ct-radiomics-cnn-demo --output build/judged.json
    python Testing/benchmarks/judge_recipes.py mr-radiomics-clinical --set dnn.dense.epochs=50
"""

import argparse
import json
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from judge_demo_bundle import share_of_possible

from TACEResponseLib.basics.log import LOG
from TACEResponseLib.recipe.keys import with_changes
from TACEResponseLib.recipe.reading import find_recipe, read_recipe
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.simulation.members import simulated_members, simulated_truths
from TACEResponseLib.simulation.mr.settings import MrSimulationSettings
from TACEResponseLib.simulation.settings import SimulationSettings
from TACEResponseLib.training.candidates import measure
from TACEResponseLib.training.preparation.prepare import prepare
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.train import train
from TACEResponseLib.training.trained import logits_of

# Run as a script, it finds the tests' own modules by the root of the source.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from Testing.simulation.answers import best_auc_of, true_probabilities

SEEDS = {"training": 71001, "tuning": 71002, "fresh": 71003}


def cohort(recipe: Recipe, n: int, role: str, jobs: int) -> PreparedCohort:
    """Simulated patients; second readers are for the ICC filter, which training patients decide."""
    members = simulated_members(settings_of(recipe), n, SEEDS[role], recipe.endpoint)
    if role != "training":
        members = [replace(member, load_reader2=None) for member in members]
    return prepare(recipe, members, jobs=jobs, progress=show)


def settings_of(recipe: Recipe) -> SimulationSettings | MrSimulationSettings:
    return SimulationSettings() if recipe.modality == "CT" else MrSimulationSettings()


def show(stage: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {stage}\n")


def given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe")
    parser.add_argument("--training", type=int, default=300)
    parser.add_argument("--tuning", type=int, default=60)
    parser.add_argument("--fresh", type=int, default=2000)
    parser.add_argument("--set", action="append", default=[], dest="changes")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--output", type=Path)
    return parser.parse_args()


def main() -> None:
    options = given()
    LOG.setLevel("INFO")
    recipe = with_changes(read_recipe(find_recipe(options.recipe)), options.changes)
    start = time.perf_counter()
    training = cohort(recipe, options.training, "training", options.jobs)
    tuning = cohort(recipe, options.tuning, "tuning", options.jobs)
    prepared = time.perf_counter()
    trained = train(
        recipe,
        training,
        seed=SEEDS["training"],
        tuning=tuning,
        jobs=options.jobs,
        progress=show,
    )
    fitted = time.perf_counter()
    truths = simulated_truths(settings_of(recipe), options.fresh, SEEDS["fresh"])
    fresh = cohort(recipe, options.fresh, "fresh", options.jobs)
    best = np.array(true_probabilities(truths, recipe.endpoint))
    branches = trained.all_branches or trained.branches
    logits = logits_of(branches, fresh)
    possible = best_auc_of(truths, recipe.endpoint)
    rows = []
    for one in trained.candidates:
        probabilities, estimate = measure(one.fusion, logits, fresh)
        reached = share_of_possible(fresh.labels, probabilities, best, SEEDS["fresh"])
        rows.append(
            {
                "candidate": one.candidate.name,
                "chosen": one.is_chosen,
                "auc_out_of_fold": one.training.value,
                "auc": [estimate.value, estimate.low, estimate.high],
                "share": [reached.value, reached.low, reached.high],
            }
        )
    minutes = [(b - a) / 60 for a, b in ((start, prepared), (prepared, fitted))]
    peak = max(
        resource.getrusage(who).ru_maxrss / 2**20
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    answer = {
        "recipe": options.recipe,
        "changes": options.changes,
        "n": [options.training, options.tuning, options.fresh],
        "best_possible": [possible.value, possible.low, possible.high],
        "candidates": rows,
        "minutes_preparing": minutes[0],
        "minutes_training": minutes[1],
        "minutes_in_all": (time.perf_counter() - start) / 60,
        "peak_gib_of_a_process": peak,
    }
    sys.stdout.write(as_table(answer))
    if options.output:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(json.dumps(answer, indent=1) + "\n")


def as_table(answer: dict[str, Any]) -> str:
    """What was found, as Markdown."""
    best = "{:.3f} ({:.3f} to {:.3f})".format(*answer["best_possible"])
    lines = [
        f"{answer['recipe']} {' '.join(answer['changes'])}",
        "n of training, tuning, fresh: {}, {}, {}; best possible AUC {}".format(*answer["n"], best),
        "| candidate | AUC out of fold | AUC, fresh | share of the possible |",
        "|---|---|---|---|",
        *(
            "| {}{} | {:.3f} | {:.3f} ({:.3f} to {:.3f}) | {:.3f} ({:.3f} to {:.3f}) |".format(
                row["candidate"],
                " (chosen)" if row["chosen"] else "",
                row["auc_out_of_fold"],
                *row["auc"],
                *row["share"],
            )
            for row in answer["candidates"]
        ),
        "preparing {minutes_preparing:.1f} min, training {minutes_training:.1f} min, in all "
        "{minutes_in_all:.1f} min; largest process {peak_gib_of_a_process:.2f} GiB".format(
            **answer
        ),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
