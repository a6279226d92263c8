"""`tace-response demo`: simulate a patient, score it, say where to look."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.commands.options import Commands, add_device, add_verbose, some_path

if TYPE_CHECKING:
    from TACEResponseLib.from_files.demo import DemoResult

OUTPUT = Path("demo-result")


def add_parser(commands: Commands) -> None:
    """`demo`."""
    parser = commands.add_parser("demo", help="score a simulated patient with the shipped bundle")
    add = parser.add_argument
    add("--output", type=some_path, default=OUTPUT, metavar="FOLDER", help="default: %(default)s")
    add("--overwrite", action="store_true", help="replace an earlier demo")
    add("--no-scene", action="store_true", help="don't write scene.mrb")
    add("--seed", type=whole, default=7, help="which patient; default: %(default)s")
    add_device(parser)
    add_verbose(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Score, write and tell."""
    from TACEResponseLib.from_files.demo import DemoRequest, score_demo
    from TACEResponseLib.from_files.patient import ResultFolder

    output = ResultFolder(
        path=options.output, overwrite=options.overwrite, with_scene=not options.no_scene
    )
    request = DemoRequest(output=output, seed=options.seed, device=options.device)
    with shown("demo") as progress:
        demo = score_demo(request, progress)
    sys.stdout.write(_words(demo))


def _words(demo: "DemoResult") -> str:
    """Five lines of result, then the paths."""
    from TACEResponseLib.bundle.words import percent

    prediction, truth = demo.result.prediction, demo.true_probability
    lines = [
        prediction.simulated_banner or "",
        prediction.sentence,
        prediction.answer_sentence,
        f"This patient was made by a known law, by which the probability is {percent(truth)}.",
        f"Warnings in the record: {len(prediction.warnings)}. The files to look at:",
    ]
    return "\n".join([*lines, *(f"  {path}" for path in demo.result.files)]) + "\n"
