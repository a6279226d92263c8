"""What several commands of the command line have in common."""

import argparse
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]


ENDPOINTS = ("objective_response", "disease_control", "progression")


def add_verbose(parser: argparse.ArgumentParser) -> None:
    """Every command tells more when asked."""
    parser.add_argument(
        "-v", "--verbose", action="count", default=0, help="tell the stages; -vv: everything"
    )


def add_device(parser: argparse.ArgumentParser) -> None:
    """Where networks run."""
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: %(default)s"
    )
