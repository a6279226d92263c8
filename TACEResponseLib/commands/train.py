"""`tace-response train`: a recipe on a user's own cohort."""

import argparse
import sys

from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.commands.options import Commands, add_device, add_verbose, some_name, some_path

OUTPUT_HELP = "folder made by this command"
SET_HELP = "change a setting of the recipe: folds=3, cnn.fitting.batch_size=8"
WEIGHTS_HELP = "ImageNet weights that networks begin with"
SEED_HELP = "of folds, networks and bootstrap; default: %(default)s"
JOBS_HELP = "worker processes, which don't change the result; default: every core"
PERMUTE_HELP = "train on labels dealt out at random; the AUC must then be .5"
CACHE_HELP = "of prepared patients; default: the user's cache folder"
SIMULATED_HELP = "the patients are simulated; every result says so"

BY_SITE_HELP = "leave one site out at a time (column site), in place of the recipe's folds"
FINGERPRINTS_HELP = (
    "keep coarse pictures of training images beside the bundle, to know near-copies again; for "
    "hospitals that agree"
)


def add_parser(commands: Commands) -> None:
    """`train`."""
    parser = commands.add_parser("train", help="train a recipe on a cohort")
    add = parser.add_argument
    add("--recipe", required=True, type=some_name, help="name of a shipped recipe, or a file")
    add("--cohort", required=True, type=some_path, help="CSV, one row a patient")
    add("--output", required=True, type=some_path, metavar="BUNDLE", help=OUTPUT_HELP)
    add("--set", action="append", default=[], metavar="KEY=VALUE", dest="changes", help=SET_HELP)
    add("--epochs", type=whole, metavar="N", help="of every network, in place of the recipe's")
    add_device(parser)
    add("--weights", type=some_path, metavar="FILE", help=WEIGHTS_HELP)
    add("--seed", type=whole, default=1, help=SEED_HELP)
    add("--jobs", type=whole, metavar="N", help=JOBS_HELP)
    add("--resume", action="store_true", help="go on with a training that was interrupted")
    add("--permute-labels", action="store_true", help=PERMUTE_HELP)
    add("--cache", type=some_path, metavar="FOLDER", help=CACHE_HELP)
    add("--title", default="", help="of the model; default: the recipe's")
    add("--authors", default="not stated", help="for the model card")
    add("--license", default="not stated", help="for the model card")
    add("--simulated", action="store_true", help=SIMULATED_HELP)
    add("--by-site", action="store_true", help=BY_SITE_HELP)
    add("--keep-fingerprints", action="store_true", help=FINGERPRINTS_HELP)
    add_verbose(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Say whom the training leaves out, train, and say what it made."""
    from TACEResponseLib.training.plan import TrainingRequest, plan_training
    from TACEResponseLib.training.run import train_planned

    request = TrainingRequest(
        recipe=options.recipe,
        cohort=options.cohort,
        output=options.output,
        changes=tuple(options.changes),
        epochs=options.epochs,
        device=options.device,
        weights=options.weights,
        seed=options.seed,
        jobs=options.jobs,
        resume=options.resume,
        permute_labels=options.permute_labels,
        cache=options.cache,
        title=options.title,
        authors=options.authors,
        license=options.license,
        simulated=options.simulated,
        by_site=options.by_site,
        keep_fingerprints=options.keep_fingerprints,
    )
    plan = plan_training(request)
    for remark in (plan.beginning, plan.outside, *plan.left_out):
        if remark:
            sys.stderr.write(f"warning: {remark}\n")
    with shown("training") as progress:
        bundle = train_planned(plan, progress)
    sys.stdout.write(f"{bundle.card}\nSHA-256 of SHA256SUMS: {bundle.sha256}\n")
