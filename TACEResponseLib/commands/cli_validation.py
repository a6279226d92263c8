"""Commands that judge models: validate, compare, recalibrate, biology.

Nothing heavy is imported before a command runs.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.reading.strict_numbers import decimal, whole
from TACEResponseLib.commands.options import ENDPOINTS, add_device, add_verbose

if TYPE_CHECKING:
    from TACEResponseLib.commands.options import Commands


def add_validate(commands: "Commands") -> None:
    """`validate`: from predictions to a report."""
    parser = commands.add_parser("validate", help="figures, tables and an honest report")
    add = parser.add_argument
    add(
        "--predictions",
        type=Path,
        metavar="FILE",
        help="CSV: case_id, outcome (0 or 1), a column of probabilities a model; or case_id, "
        "response, p_CR, p_PR, p_SD, p_PD",
    )
    add(
        "--threshold",
        type=decimal,
        metavar="P",
        help="the model's own cut-off, set before these patients; default: one half",
    )
    add("--positive-class", default="outcome 1", metavar="WORDS", help="what outcome 1 means")
    add("--cross-validated", action="store_true", help="the predictions are out-of-fold")
    add("--simulated", action="store_true", help="the patients are simulated; the report says so")
    add("--bundle", action="append", default=[], help="a model to score --cohort with; repeatable")
    add("--cohort", type=Path, metavar="FILE", help="CSV or .xlsx, one row a patient")
    add(
        "--role",
        choices=("training", "tuning", "internal_test", "external_test"),
        help="patients to judge on; default: test cohorts, else everybody",
    )
    add("--reader-study", type=Path, metavar="FILE", help="CSV: case_id, a column for each reader")
    add(
        "--endpoint",
        choices=ENDPOINTS,
        default="objective_response",
        help="of classes in --reader-study",
    )
    add(
        "--landmark",
        type=decimal,
        metavar="DAY",
        help="of the read-out: adds survival by observed outcome from then on",
    )
    add(
        "--resamples",
        type=whole,
        default=2000,
        help="bootstrap samples; default: %(default)s",
    )
    add("--seed", type=whole, default=1, help="of all draws; default: %(default)s")
    add(
        "--jobs",
        type=whole,
        default=2,
        help="worker processes; they don't change the result",
    )
    add("--pdf", action="store_true", help="write report.pdf too; needs the extra pdf")
    add("--output", required=True, type=Path, metavar="FOLDER", help="made by this command")
    add_device(parser)
    add_verbose(parser)
    parser.set_defaults(run=_validate, parser=parser)


def add_compare(commands: "Commands") -> None:
    """`compare`: validations side by side."""
    parser = commands.add_parser("compare", help="several validations side by side")
    parser.add_argument(
        "folders",
        type=Path,
        nargs="+",
        metavar="FOLDER",
        help="that validate wrote; tested on the same patients",
    )
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="both tables as CSV")
    add_verbose(parser)
    parser.set_defaults(run=_compare)


def add_recalibrate(commands: "Commands") -> None:
    """`recalibrate`: a bundle for a user's own patients."""
    parser = commands.add_parser("recalibrate", help="set a bundle's probabilities right")
    add = parser.add_argument
    add("--bundle", required=True, help="name of an installed bundle, or its folder or .zip")
    add("--cohort", required=True, type=Path, help="CSV or .xlsx; judge on other patients")
    add(
        "--method",
        required=True,
        choices=("intercept", "slope"),
        help="level alone, or level and spread of the logits",
    )
    add("--seed", type=whole, default=1, help="of resamples; default: %(default)s")
    add(
        "--jobs",
        type=whole,
        default=2,
        help="worker processes; they don't change the result",
    )
    add("--output", required=True, type=Path, metavar="BUNDLE", help="folder made by this command")
    add_device(parser)
    add_verbose(parser)
    parser.set_defaults(run=_recalibrate)


def add_biology(commands: "Commands") -> None:
    """`biology`: gene sets by predicted group."""
    parser = commands.add_parser("biology", help="gene sets that differ between predicted groups")
    add = parser.add_argument
    add(
        "--expression",
        required=True,
        type=Path,
        metavar="TABLE",
        help="CSV: gene, then a column a case",
    )
    add("--groups", required=True, type=Path, metavar="TABLE", help="CSV: case_id, group")
    add("--gene-sets", required=True, type=Path, metavar="FILE.gmt", help="your own; no download")
    add("--permutations", type=whole, default=1000, help="default: %(default)s")
    add("--seed", type=whole, default=1, help="of permutations; default: %(default)s")
    add("--output", required=True, type=Path, metavar="FOLDER", help="made by this command")
    add_verbose(parser)
    parser.set_defaults(run=_biology)


def _validate(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands.validate import run

    run(options)


def _compare(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands.compare import run

    run(options)


def _recalibrate(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands.recalibrate import run

    run(options)


def _biology(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands.biology import run

    run(options)
