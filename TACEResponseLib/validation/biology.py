"""Gene sets that differ between predicted groups: three files in, one table out."""

from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.basics.number_ranges import check_ranges
from TACEResponseLib.basics.reading.given_paths import take_paths
from TACEResponseLib.basics.writing.new_output import check_output, new_folder
from TACEResponseLib.validation.gene_sets import (
    COLUMNS,
    GeneSetResult,
    enriched,
    read_expression,
    read_gene_sets,
    read_groups,
)
from TACEResponseLib.validation.style.figure import write_csv

GENE_SETS = "gene_sets.csv"
# What Subramanian and others (2005) call worth a look: hypotheses, one in four of them false.
INTERESTING_FDR = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class BiologyRequest:
    """Which files, and where the table goes."""

    expression: Path
    """CSV: gene, then a column a case."""
    groups: Path
    """CSV: case_id, group."""
    gene_sets: Path
    """The user's own, .gmt."""
    output: Path
    """Folder made by the run."""
    permutations: int = 1000
    seed: int = 1
    """Of permutations."""

    def __post_init__(self) -> None:
        """Refuse numbers out of range; take paths as text too."""
        take_paths(self, "expression", "groups", "gene_sets", "output")
        check_ranges(permutations=self.permutations, seed=self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Biology:
    """What differs between which groups."""

    table: Path
    gene_sets: tuple[GeneSetResult, ...]
    """The smallest false discovery rate first."""
    group_sizes: tuple[tuple[str, int], tuple[str, int]]
    """Scores above 0 are higher in the first."""

    @property
    def interesting(self) -> int:
        """How many gene sets have a false discovery rate below `INTERESTING_FDR`."""
        return sum(result.fdr < INTERESTING_FDR for result in self.gene_sets)


def compare_groups(request: BiologyRequest) -> Biology:
    """Read the three files, run GSEA, write one table.

    Raises: InputError: an input breaks a rule; nothing is written then. MissingExtraError: gseapy
        is not installed.
    """
    check_output(request.output)
    expression = read_expression(request.expression)
    groups = read_groups(request.groups, expression)
    sets = read_gene_sets(request.gene_sets)
    results = enriched(
        expression, groups, sets, permutations=request.permutations, seed=request.seed
    )
    first, second = sorted(set(groups))
    with new_folder(request.output) as draft:
        write_csv(draft / GENE_SETS, COLUMNS, [_row(r, first, second) for r in results])
    return Biology(
        table=request.output / GENE_SETS,
        gene_sets=results,
        group_sizes=((first, groups.count(first)), (second, groups.count(second))),
    )


def _row(result: GeneSetResult, first: str, second: str) -> tuple[object, ...]:
    """By `COLUMNS`."""
    return (
        result.gene_set,
        result.score,
        result.normalized,
        result.p,
        result.fdr,
        result.genes,
        first if result.normalized > 0 else second,
    )
