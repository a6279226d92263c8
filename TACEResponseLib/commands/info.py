"""`tace-response info`: this installation, or a bundle's model card."""

import argparse
import sys

from TACEResponseLib.commands.options import Commands, add_verbose, some_name

HELP = "name, folder or .zip of a bundle"


def add_parser(commands: Commands) -> None:
    """`info`."""
    parser = commands.add_parser("info", help="versions, devices, bundles; or a model card")
    parser.add_argument("bundle", nargs="?", type=some_name, help=HELP)
    add_verbose(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the model card of a bundle, or what is installed here."""
    from TACEResponseLib.bundle.cards.card import model_card
    from TACEResponseLib.bundle.installation import installation
    from TACEResponseLib.bundle.reading import read_metadata

    # From what is verified as text: no network is built and no classifier is read.
    text = model_card(read_metadata(options.bundle)) if options.bundle else installation()
    sys.stdout.write(text.rstrip("\n") + "\n")
