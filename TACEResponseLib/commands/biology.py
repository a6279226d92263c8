"""`tace-response biology`: gene sets that differ between predicted groups."""

import argparse
import sys


def run(options: argparse.Namespace) -> None:
    """Read the three files, run GSEA, write one table."""
    from TACEResponseLib.basics.writing.new_output import check_output, new_folder
    from TACEResponseLib.validation.gene_sets import (
        COLUMNS,
        enriched,
        read_expression,
        read_gene_sets,
        read_groups,
    )
    from TACEResponseLib.validation.style.figure import write_csv

    check_output(options.output)
    expression = read_expression(options.expression)
    groups = read_groups(options.groups, expression)
    sets = read_gene_sets(options.gene_sets)
    found = enriched(expression, groups, sets, permutations=options.permutations, seed=options.seed)
    first, second = sorted(set(groups))
    rows = [
        (
            r.gene_set,
            r.score,
            r.normalized,
            r.p,
            r.fdr,
            r.genes,
            first if r.normalized > 0 else second,
        )
        for r in found
    ]
    with new_folder(options.output) as draft:
        write_csv(draft / "gene_sets.csv", COLUMNS, rows)
    sure = sum(r.fdr < 0.25 for r in found)
    sys.stdout.write(
        f"{len(found)} gene sets, {sure} with a false discovery rate below .25; {first} "
        f"({groups.count(first)} cases) against {second} ({groups.count(second)}). Hypotheses "
        f"only: replicate them.\n{options.output / 'gene_sets.csv'}\n"
    )
