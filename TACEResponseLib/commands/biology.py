"""`tace-response biology`: gene sets that differ between predicted groups."""

import argparse
import sys

from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.commands.options import OUTPUT_HELP, Commands, add_verbose, some_path

HELP = "gene sets that differ between predicted groups"
SETS_HELP = "your own; no download"
EXPRESSION_HELP = "CSV: gene, then a column a case"


def add_parser(commands: Commands) -> None:
    """`biology`."""
    parser = commands.add_parser("biology", help=HELP)
    add = parser.add_argument
    add("--expression", required=True, type=some_path, metavar="TABLE", help=EXPRESSION_HELP)
    add("--groups", required=True, type=some_path, metavar="TABLE", help="CSV: case_id, group")
    add(
        "--gene-sets",
        required=True,
        type=some_path,
        metavar="FILE.gmt",
        help=SETS_HELP,
    )
    add("--permutations", type=whole, default=1000, help="default: %(default)s")
    add("--seed", type=whole, default=1, help="of permutations; default: %(default)s")
    add("--output", required=True, type=some_path, metavar="FOLDER", help=OUTPUT_HELP)
    add_verbose(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Compare the groups, and say how many sets differ."""
    from TACEResponseLib.validation.biology import (
        INTERESTING_FDR,
        BiologyRequest,
        compare_groups,
    )

    request = BiologyRequest(
        expression=options.expression,
        groups=options.groups,
        gene_sets=options.gene_sets,
        output=options.output,
        permutations=options.permutations,
        seed=options.seed,
    )
    biology = compare_groups(request)
    (first, n_first), (second, n_second) = biology.group_sizes
    sys.stdout.write(
        f"{len(biology.gene_sets)} gene sets, {biology.interesting} with a false discovery rate "
        f"below {str(INTERESTING_FDR).removeprefix('0')}; "
        f"{first} ({n_first} cases) against {second} ({n_second}). Hypotheses only: replicate "
        f"them.\n{biology.table}\n"
    )
