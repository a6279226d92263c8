"""tace-response: score, demo, info, recipe, simulate. Imports nothing heavy before a command runs.

Exit status: 0 done; 2 the user's mistake, told in one line; 1 ours; 130 interrupted.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from TACEResponseLib import __version__
from TACEResponseLib.errors import InputError, MissingExtraError
from TACEResponseLib.terms import NOT_A_DEVICE

DEMO_OUTPUT = Path("demo-result")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("taceresponse").setLevel(
        logging.DEBUG if options.verbose > 1 else logging.INFO if options.verbose else logging.ERROR
    )
    try:
        options.run(options)
    except (InputError, MissingExtraError) as error:
        return _told(f"error: {error}", 2)
    except KeyboardInterrupt:
        return _told("interrupted; nothing was written", 130)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:  # the last gate: one line for the user
        logging.getLogger("taceresponse").debug("traceback", exc_info=True)
        kind = type(error).__name__
        return _told(f"internal error: {kind}: {error}; run again with -vv and report it", 1)
    return 0


def _told(message: str, status: int) -> int:
    """Print one line to stderr."""
    print(" ".join(message.split()), file=sys.stderr)  # noqa: T201  # the command's own voice
    return status


def _parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    parser = argparse.ArgumentParser(
        prog="tace-response",
        description=f"Will this liver tumor respond to TACE? {NOT_A_DEVICE}",
    )
    parser.add_argument("--version", action="version", version=f"tace-response {__version__}")
    parser.set_defaults(verbose=0)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_score(commands)
    _add_demo(commands)
    _add_info(commands)
    _add_recipe(commands)
    _add_simulate(commands)
    _add_cohort(commands)
    _add_train(commands)
    _add_validate(commands)
    _add_compare(commands)
    _add_recalibrate(commands)
    _add_biology(commands)
    return parser


_Commands = argparse._SubParsersAction


def _add_verbose(parser: argparse.ArgumentParser) -> None:
    """Every command tells more when asked."""
    parser.add_argument(
        "-v", "--verbose", action="count", default=0, help="tell the stages; -vv: everything"
    )


def _add_device(parser: argparse.ArgumentParser) -> None:
    """Where networks run."""
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: %(default)s"
    )


def _add_score(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """`score`: one patient."""
    parser = commands.add_parser("score", help="score patients", description=NOT_A_DEVICE)
    add = parser.add_argument
    add("--bundle", required=True, help="name of an installed bundle, or its folder or .zip")
    add("--cohort", type=Path, metavar="FILE",
        help="score every patient of a table in place of --image and --roi")  # fmt: skip
    add("--image", action="append", metavar="SEQUENCE=FILE",
        help="NIfTI, NRRD, MHA or a DICOM series; once per sequence")  # fmt: skip
    add("--roi", action="append", metavar="[SEQUENCE=]FILE",
        help="label image, Slicer .seg.nrrd or DICOM SEG; of all images or of one")  # fmt: skip
    add("--roi-label", type=int, nargs="+", action="extend", default=[], metavar="N",
        help="labels to use; default: all")  # fmt: skip
    add("--roi-segment", action="append", default=[], metavar="NAME",
        help="segment to use; may be repeated")  # fmt: skip
    add("--clinical", type=Path, metavar="FILE", help="patient's clinical values, JSON")
    add(
        "--context",
        type=Path,
        metavar="FILE",
        help="dates, planned treatment, stage, JSON; compared with the model's population",
    )
    add("--case-id", default=None, help="id written to the results; default: case")
    add("--json", action="store_true", help="print the record to stdout and nothing else")
    add("--output", type=Path, required=True, metavar="FOLDER", help="made by this command")
    add("--overwrite", action="store_true", help="replace an earlier result")
    add("--no-scene", action="store_true", help="don't write scene.mrb (needs no slicer-core)")
    _add_device(parser)
    _add_verbose(parser)
    parser.set_defaults(run=_score)


def _add_demo(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """`demo`: a simulated patient."""
    parser = commands.add_parser("demo", help="score a simulated patient with the shipped bundle")
    parser.add_argument("--output", type=Path, default=DEMO_OUTPUT, metavar="FOLDER",
                        help="default: %(default)s")  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier demo")
    parser.add_argument("--no-scene", action="store_true", help="don't write scene.mrb")
    parser.add_argument("--seed", type=int, default=7, help="which patient; default: %(default)s")
    _add_device(parser)
    _add_verbose(parser)
    parser.set_defaults(run=_demo)


def _add_info(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """`info`: this installation, or a bundle's model card."""
    parser = commands.add_parser("info", help="versions, devices, bundles; or a model card")
    parser.add_argument("bundle", nargs="?", help="name, folder or .zip of a bundle")
    _add_verbose(parser)
    parser.set_defaults(run=_info)


def _add_recipe(commands: "_Commands[argparse.ArgumentParser]") -> None:
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
        _add_verbose(parser)
        parser.set_defaults(run=_recipe, action=action)


def _add_simulate(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """`simulate`: a cohort with a known answer."""
    parser = commands.add_parser("simulate", help="write a simulated cohort with a known answer")
    add = parser.add_argument
    add("--modality", choices=("ct", "mr"), default="ct",
        help="arterial CT, or five MR sequences; default: %(default)s")  # fmt: skip
    add("--treatment", choices=("tace", "haic"), default="tace",
        help="regimens in the clinical record; default: %(default)s")  # fmt: skip
    add("--patients", type=int, required=True, metavar="N")
    add("--seed", type=int, required=True, help="same seed, same bytes")
    add("--role", default="training", help="cohort role; default: %(default)s",
        choices=("training", "tuning", "internal_test", "external_test"))  # fmt: skip
    add("--output", type=Path, required=True, metavar="FOLDER", help="made by this command")
    _add_verbose(parser)
    parser.set_defaults(run=_simulate)


def _add_cohort(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """`cohort`: a table of patients."""
    cohort = commands.add_parser("cohort", help="check, describe or import patients")
    actions = cohort.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="every problem of every row at once")
    check.add_argument("--table-only", action="store_true", help="don't open images and masks")
    describe = actions.add_parser("describe", help="table 1, by role and response")
    describe.add_argument("--endpoint", choices=("objective_response", "disease_control"),
                          default="objective_response", help="default: %(default)s")  # fmt: skip
    for parser, action in ((check, "run_check"), (describe, "run_describe")):
        parser.add_argument("cohort", type=Path, metavar="COHORT",
                            help="CSV or .xlsx, one row a patient")  # fmt: skip
        _add_verbose(parser)
        parser.set_defaults(run=_cohort, action=action)
    _add_cohort_import(actions)


def _add_cohort_import(actions: "_Commands[argparse.ArgumentParser]") -> None:
    """`cohort import`: a public cohort."""
    collections = actions.add_parser("import", help="a public cohort as a table of ours")
    kinds = collections.add_subparsers(required=True, metavar="COLLECTION")
    parser = kinds.add_parser("hcc-tace-seg", help="105 real patients, doi 10.7937/TCIA.5FNA-0924")
    add = parser.add_argument
    add("table", type=Path, metavar="TABLE.xlsx", help="the collection's clinical table, version 2")
    add("--features", type=Path, metavar="FILE",
        help="CSV of pyradiomics features by patient")  # fmt: skip
    add("--output", type=Path, required=True, metavar="FOLDER", help="made by this command")
    _add_verbose(parser)
    parser.set_defaults(run=_cohort_import)


def _add_train(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """`train`: a recipe on a cohort."""
    parser = commands.add_parser("train", help="train a recipe on a cohort")
    add = parser.add_argument
    add("--recipe", required=True, help="name of a shipped recipe, or a file")
    add("--cohort", required=True, type=Path, help="CSV, one row a patient")
    add("--output", required=True, type=Path, metavar="BUNDLE", help="folder made by this command")
    add("--set", action="append", default=[], metavar="KEY=VALUE", dest="changes",
        help="change a setting of the recipe: folds=3, cnn.fitting.batch_size=8")  # fmt: skip
    add("--epochs", type=int, metavar="N", help="of every network, in place of the recipe's")
    _add_device(parser)
    add("--weights", type=Path, metavar="FILE", help="ImageNet weights that networks begin with")
    add(
        "--seed", type=int, default=1, help="of folds, networks and bootstrap; default: %(default)s"
    )
    add("--jobs", type=int, metavar="N",
        help="worker processes, which don't change the result; default: every core")  # fmt: skip
    add("--resume", action="store_true", help="go on with a training that was interrupted")
    add("--permute-labels", action="store_true",
        help="train on labels dealt out at random; the AUC must then be .5")  # fmt: skip
    add("--cache", type=Path, metavar="FOLDER",
        help="of prepared patients; default: the user's cache folder")  # fmt: skip
    add("--title", help="of the model; default: the recipe's")
    add("--authors", default="not stated", help="for the model card")
    add("--license", default="not stated", help="for the model card")
    add("--simulated", action="store_true", help="the patients are simulated; every result says so")
    _add_verbose(parser)
    parser.set_defaults(run=_train)


def _add_validate(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """`validate`: from predictions to a report."""
    parser = commands.add_parser("validate", help="figures, tables and an honest report")
    add = parser.add_argument
    add("--predictions", type=Path, metavar="FILE",
        help="CSV: case_id, outcome (0 or 1), a column of probabilities a model")  # fmt: skip
    add("--threshold", type=float, metavar="P",
        help="the model's own cut-off, set before these patients; default: one half")  # fmt: skip
    add("--positive-class", default="outcome 1", metavar="WORDS", help="what outcome 1 means")
    add("--cross-validated", action="store_true", help="the predictions are out-of-fold")
    add("--simulated", action="store_true", help="the patients are simulated; the report says so")
    add("--bundle", action="append", default=[], help="a model to score --cohort with; repeatable")
    add("--cohort", type=Path, metavar="FILE", help="CSV or .xlsx, one row a patient")
    add("--role", choices=("training", "tuning", "internal_test", "external_test"),
        help="patients to judge on; default: test cohorts, else everybody")  # fmt: skip
    add("--reader-study", type=Path, metavar="FILE", help="CSV: case_id, a column for each reader")
    add("--endpoint", choices=("objective_response", "disease_control"),
        default="objective_response", help="of classes in --reader-study")  # fmt: skip
    add("--landmark", type=float, metavar="DAY",
        help="of the read-out: adds survival by observed outcome from then on")  # fmt: skip
    add("--resamples", type=int, default=2000, help="bootstrap samples; default: %(default)s")
    add("--seed", type=int, default=1, help="of all draws; default: %(default)s")
    add("--jobs", type=int, default=2, help="worker processes; they don't change the result")
    add("--output", required=True, type=Path, metavar="FOLDER", help="made by this command")
    _add_device(parser)
    _add_verbose(parser)
    parser.set_defaults(run=_validate)


def _add_compare(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """`compare`: validations side by side."""
    parser = commands.add_parser("compare", help="several validations side by side")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER",
                        help="that validate wrote; tested on the same patients")  # fmt: skip
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="both tables as CSV")
    _add_verbose(parser)
    parser.set_defaults(run=_compare)


def _add_recalibrate(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """`recalibrate`: a bundle for a user's own patients."""
    parser = commands.add_parser("recalibrate", help="set a bundle's probabilities right")
    add = parser.add_argument
    add("--bundle", required=True, help="name of an installed bundle, or its folder or .zip")
    add("--cohort", required=True, type=Path, help="CSV or .xlsx; judge on other patients")
    add("--method", required=True, choices=("intercept", "slope"),
        help="level alone, or level and spread of the logits")  # fmt: skip
    add("--seed", type=int, default=1, help="of resamples; default: %(default)s")
    add("--jobs", type=int, default=2, help="worker processes; they don't change the result")
    add("--output", required=True, type=Path, metavar="BUNDLE", help="folder made by this command")
    _add_device(parser)
    _add_verbose(parser)
    parser.set_defaults(run=_recalibrate)


def _add_biology(commands: "_Commands[argparse.ArgumentParser]") -> None:
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
    add("--permutations", type=int, default=1000, help="default: %(default)s")
    add("--seed", type=int, default=1, help="of permutations; default: %(default)s")
    add("--output", required=True, type=Path, metavar="FOLDER", help="made by this command")
    _add_verbose(parser)
    parser.set_defaults(run=_biology)


def _score(options: argparse.Namespace) -> None:
    given = [bool(options.cohort), bool(options.image), bool(options.roi)]
    if given not in ([True, False, False], [False, True, True], [False, True, False]):
        raise InputError("score", "needs --image and --roi, or --cohort alone",
                         got=" ".join(n for n, g in zip(("--cohort", "--image", "--roi"), given,
                                                        strict=True) if g) or "neither",
                         remedy="name one patient's files or a table")  # fmt: skip
    if options.cohort:
        from TACEResponseLib.commands.score_cohort import run as run_cohort

        run_cohort(options)
        return
    from TACEResponseLib.commands.score import run

    run(options)


def _demo(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands.demo import run

    run(options)


def _info(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands.info import run

    run(options)


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
