"""Commands for cohorts: recipe, simulate, cohort, train.

Nothing heavy is imported before a command runs.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.commands.options import ENDPOINTS, add_device, add_verbose

if TYPE_CHECKING:
    from TACEResponseLib.commands.options import Commands


def add_recipe(commands: "Commands") -> None:
    """`recipe`: published methods."""
    recipe = commands.add_parser("recipe", help="list, show or copy published methods")
    actions = recipe.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="every recipe with its paper")
    show = actions.add_parser("show", help="what the paper says, what we do, and why")
    show.add_argument("recipe", metavar="RECIPE", help="name of a shipped recipe, or a file")
    new = actions.add_parser("new", help="copy a recipe, to change it")
    new.add_argument("name", metavar="NAME", help="of the copy, written to NAME.yaml")
    new.add_argument("--from", dest="source", required=True, metavar="RECIPE")
    for parser, action in ((listing, "run_list"), (show, "run_show"), (new, "run_new")):
        add_verbose(parser)
        parser.set_defaults(run=_recipe, action=action)


def add_simulate(commands: "Commands") -> None:
    """`simulate`: a cohort with a known answer."""
    parser = commands.add_parser("simulate", help="write a simulated cohort with a known answer")
    add = parser.add_argument
    add(
        "--modality",
        choices=("ct", "mr"),
        default="ct",
        help="arterial CT, or five MR sequences; default: %(default)s",
    )
    add(
        "--treatment",
        choices=("tace", "haic"),
        default="tace",
        help="regimens in the clinical record; default: %(default)s",
    )
    add("--patients", type=whole, required=True, metavar="N")
    add("--seed", type=whole, required=True, help="same seed, same bytes")
    add(
        "--role",
        default="training",
        help="cohort role; default: %(default)s",
        choices=("training", "tuning", "internal_test", "external_test"),
    )
    add("--output", type=Path, required=True, metavar="FOLDER", help="made by this command")
    add_verbose(parser)
    parser.set_defaults(run=_simulate)


def add_cohort(commands: "Commands") -> None:
    """`cohort`: a table of patients."""
    cohort = commands.add_parser("cohort", help="check, describe or import patients")
    actions = cohort.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="every problem of every row at once")
    check.add_argument("--table-only", action="store_true", help="don't open images and masks")
    check.add_argument("--recipe", help="tell whom training this recipe would leave out")
    describe = actions.add_parser("describe", help="table 1, by role and response")
    describe.add_argument(
        "--endpoint", choices=ENDPOINTS, default="objective_response", help="default: %(default)s"
    )
    for parser, action in ((check, "run_check"), (describe, "run_describe")):
        parser.add_argument(
            "cohort", type=Path, metavar="COHORT", help="CSV or .xlsx, one row a patient"
        )
        add_verbose(parser)
        parser.set_defaults(run=_cohort, action=action)
    _add_cohort_import(actions)


def _add_cohort_import(actions: "Commands") -> None:
    """`cohort import`: a public cohort."""
    collections = actions.add_parser("import", help="a public cohort as a table of ours")
    kinds = collections.add_subparsers(required=True, metavar="COLLECTION")
    parser = kinds.add_parser("hcc-tace-seg", help="105 real patients, doi 10.7937/TCIA.5FNA-0924")
    add = parser.add_argument
    add("table", type=Path, metavar="TABLE.xlsx", help="the collection's clinical table, version 2")
    add("--features", type=Path, metavar="FILE", help="CSV of pyradiomics features by patient")
    add(
        "--images",
        type=Path,
        metavar="DIR",
        help="the collection's images as downloaded, a folder a patient",
    )
    add("--output", type=Path, required=True, metavar="FOLDER", help="made by this command")
    add_verbose(parser)
    parser.set_defaults(run=_cohort_import)


def add_train(commands: "Commands") -> None:
    """`train`: a recipe on a cohort."""
    parser = commands.add_parser("train", help="train a recipe on a cohort")
    add = parser.add_argument
    add("--recipe", required=True, help="name of a shipped recipe, or a file")
    add("--cohort", required=True, type=Path, help="CSV, one row a patient")
    add("--output", required=True, type=Path, metavar="BUNDLE", help="folder made by this command")
    add(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="changes",
        help="change a setting of the recipe: folds=3, cnn.fitting.batch_size=8",
    )
    add(
        "--epochs",
        type=whole,
        metavar="N",
        help="of every network, in place of the recipe's",
    )
    add_device(parser)
    add("--weights", type=Path, metavar="FILE", help="ImageNet weights that networks begin with")
    add(
        "--seed",
        type=whole,
        default=1,
        help="of folds, networks and bootstrap; default: %(default)s",
    )
    add(
        "--jobs",
        type=whole,
        metavar="N",
        help="worker processes, which don't change the result; default: every core",
    )
    add("--resume", action="store_true", help="go on with a training that was interrupted")
    add(
        "--permute-labels",
        action="store_true",
        help="train on labels dealt out at random; the AUC must then be .5",
    )
    add(
        "--cache",
        type=Path,
        metavar="FOLDER",
        help="of prepared patients; default: the user's cache folder",
    )
    add("--title", help="of the model; default: the recipe's")
    add("--authors", default="not stated", help="for the model card")
    add("--license", default="not stated", help="for the model card")
    add("--simulated", action="store_true", help="the patients are simulated; every result says so")
    add_verbose(parser)
    parser.set_defaults(run=_train)


def _recipe(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands import recipe

    getattr(recipe, options.action)(options)


def _simulate(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands.simulate import run

    run(options)


def _cohort(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands import cohort

    getattr(cohort, options.action)(options)


def _cohort_import(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands.cohort_import import run_import

    run_import(options)


def _train(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands.train import run

    run(options)
