"""`tace-response recipe list | show | new`: published methods, and copies of them to change."""

import argparse
import sys

from TACEResponseLib.commands.options import Commands, add_verbose, some_name

HELP = "name of a shipped recipe, or a file"


def add_parser(commands: Commands) -> None:
    """`recipe`."""
    recipe = commands.add_parser("recipe", help="list, show or copy published methods")
    actions = recipe.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="every recipe with its paper")
    show = actions.add_parser("show", help="what the paper says, what we do, and why")
    show.add_argument("recipe", type=some_name, metavar="RECIPE", help=HELP)
    new = actions.add_parser("new", help="copy a recipe, to change it")
    new.add_argument("name", metavar="NAME", help="of the copy, written to NAME.yaml")
    new.add_argument("--from", dest="source", type=some_name, required=True, metavar="RECIPE")
    for parser, run in ((listing, run_list), (show, run_show), (new, run_new)):
        add_verbose(parser)
        parser.set_defaults(run=run)


def run_list(_options: argparse.Namespace) -> None:
    """Print every recipe that ships with its source."""
    from TACEResponseLib.recipe.reading import read_recipe, shipped_recipes

    for path in shipped_recipes():
        recipe = read_recipe(path)
        sys.stdout.write(f"{recipe.name}\n  {recipe.title}\n  {recipe.citation}\n")


def run_show(options: argparse.Namespace) -> None:
    """Print what the paper says, what we do and why, line by line."""
    from TACEResponseLib.recipe.description import described
    from TACEResponseLib.recipe.reading import find_recipe, read_recipe

    sys.stdout.write(described(read_recipe(find_recipe(options.recipe))))


def run_new(options: argparse.Namespace) -> None:
    """Copy a recipe under another name, to be changed."""
    from TACEResponseLib.recipe.copying import copy_recipe

    sys.stdout.write(f"{copy_recipe(options.source, options.name)}\n")
