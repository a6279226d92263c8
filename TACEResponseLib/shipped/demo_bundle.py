"""Train the shipped demo bundle on simulated patients.

`python -m TACEResponseLib.shipped.demo_bundle`.

Same bytes on the same machine and package versions. The simulation's difficulty was fixed before
any model was trained; recipe settings were chosen on out-of-fold outputs of training patients, and
neither the test cohort nor the judging cohort has shaped anything.
"""

import argparse
import logging
import sys
from pathlib import Path

from TACEResponseLib.basics.log import LOG
from TACEResponseLib.basics.process.progress import Progress, shown, silent
from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.basics.vocabulary import OPTIONS, speak
from TACEResponseLib.basics.writing.new_output import check_output
from TACEResponseLib.bundle import Bundle, save_bundle
from TACEResponseLib.recipe.reading import read_recipe
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.simulation.members import simulated_members
from TACEResponseLib.simulation.settings import SimulationSettings
from TACEResponseLib.training.assembly import BundleIdentity, assemble
from TACEResponseLib.training.preparation.prepare import prepare
from TACEResponseLib.training.train import train

RECIPE_FILE = "ct-radiomics-cnn-demo.yaml"
TRAINING_SEED, TEST_SEED = 20210, 20211
"""Of the two cohorts; the demo's patient and the judging use others."""
N_TRAINING, N_TEST = 1000, 200
IDENTITY = BundleIdentity(
    bundle_id="ct-radiomics-cnn-simulated",
    title="Radiomics and a convolutional network on simulated arterial CT",
    authors="The TACEResponse developers",
    copyright="The TACEResponse developers",
    license="Apache-2.0",
    simulated=True,
    sources={
        CohortRole.TRAINING: f"simulated patients, seed {TRAINING_SEED}",
        CohortRole.INTERNAL_TEST: f"simulated patients, seed {TEST_SEED}; seen by no fit",
    },
    failure_modes=(
        "Every real patient: the network and the classifier have seen simulated images only.",
        "ROIs that leave out the enhancing rim: the simulated ROIs hold it.",
        "Images after treatment, of another phase, or with lipiodol.",
    ),
)


def train_demo_bundle(
    recipe: Recipe,
    *,
    n_training: int = N_TRAINING,
    n_test: int = N_TEST,
    jobs: int = 2,
    progress: Progress = silent,
) -> Bundle:
    """Simulate both cohorts, train on the one and measure on the other.

    Args:
        recipe: what to train.
        n_training: patients to train on.
        n_test: patients that no fit sees.
        jobs: worker processes; they don't change the result.
        progress: told each step.
    """
    settings = SimulationSettings()
    training = prepare(
        recipe, simulated_members(settings, n_training, TRAINING_SEED), jobs=jobs, progress=progress
    )
    test = prepare(
        recipe, simulated_members(settings, n_test, TEST_SEED), jobs=jobs, progress=progress
    )
    trained = train(recipe, training, seed=TRAINING_SEED, jobs=jobs, progress=progress)
    cohorts = {CohortRole.TRAINING: training, CohortRole.INTERNAL_TEST: test}
    return assemble(recipe, IDENTITY, trained, cohorts, TRAINING_SEED)


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="folder that doesn't exist yet")
    parser.add_argument("--jobs", type=whole, default=2, help="worker processes")
    options = parser.parse_args()
    speak(OPTIONS)
    check_output(options.output)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(message)s")
    LOG.setLevel(logging.INFO)
    recipe = read_recipe(resource_path("Recipes", RECIPE_FILE))
    with shown("training") as progress:
        bundle = train_demo_bundle(recipe, jobs=options.jobs, progress=progress)
    saved = save_bundle(bundle, options.output)
    sys.stdout.write(f"{saved.card}\nSHA-256 of SHA256SUMS: {saved.sha256}\n")


if __name__ == "__main__":
    main()
