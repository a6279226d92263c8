"""What both programs of the real patients are asked for."""

import argparse
from pathlib import Path


def cohort_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser of the imported cohort and of the folder to write."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--cohort",
        type=Path,
        required=True,
        help="cohort.csv of tace-response cohort import hcc-tace-seg",
    )
    parser.add_argument("--output", type=Path, required=True, help="folder that doesn't exist yet")
    return parser
