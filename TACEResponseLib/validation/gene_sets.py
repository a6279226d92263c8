"""Which gene sets differ between predicted groups: GSEA by gseapy, on the user's own files.

Hypotheses only: groups of a few dozen cases, thousands of sets, and no replication.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from TACEResponseLib.basics.errors import InputError, MissingExtraError
from TACEResponseLib.basics.ids import twins
from TACEResponseLib.basics.reading import cells
from TACEResponseLib.basics.reading.regular_file import read_text
from TACEResponseLib.basics.reading.table_bounds import MOST_BYTES
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.validation.study.columns import (
    read_columns,
    refuse_twins,
    require,
)

# Below this, permutations of the groups have too few distinct orders (Subramanian 2005 uses 7).
FEWEST_PER_GROUP = 7
FEWEST_PERMUTATIONS = 1000
# Genes of a set that the table has, as gseapy counts them (Subramanian 2005 uses 15 and 500).
SET_SIZES = (15, 500)
COLUMNS = ("gene_set", "enrichment_score", "normalized_score", "p", "fdr_q", "genes", "higher_in")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expression:
    """Genes by cases."""

    genes: tuple[str, ...]
    case_ids: tuple[str, ...]
    values: Floats
    """(genes, cases)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneSetResult:
    """One gene set."""

    gene_set: str
    score: float
    normalized: float
    """Above 0: higher in the first group."""
    p: float
    fdr: float
    """False discovery rate over all sets."""
    genes: int


def read_expression(path: Path) -> Expression:
    """A table of expression: column `gene`, then one column a case.

    Raises: InputError: no table, a gene twice, or a cell without a number.
    """
    columns = read_columns(path, option("expression"))
    where = f"{option('expression')} {path.name}"
    require(columns, ("gene",), where)
    _refuse_repeats(columns["gene"], where)
    cases = tuple(name for name in columns if name != "gene")
    if not cases:
        raise InputError(
            where,
            "must have a column for each case",
            got="none beside gene",
            remedy="write one column a case",
        )
    values = [
        [
            _measured(cell, f"{where}, {case}, row {row}")
            for row, cell in enumerate(columns[case], start=1)
        ]
        for case in cases
    ]
    return Expression(genes=tuple(columns["gene"]), case_ids=cases, values=np.array(values).T)


def _refuse_repeats(genes: Sequence[str], where: str) -> None:
    """Each gene has a name and one row."""
    if "" in genes:
        raise InputError(
            f"{where}, gene, row {genes.index('') + 1}",
            "must not be blank",
            got="a blank",
            remedy="name the gene, or leave out its row",
        )
    for place, first in twins(genes):
        raise InputError(
            f"{where}, gene, row {place + 1}",
            "must name each gene once",
            got=f"{genes[place][:60]}, as in row {first + 1}",
            remedy="keep one row a gene, such as the mean of its probes",
        )


def _measured(cell: str, where: str) -> float:
    """A cell of expression; a gene with a gap has no place in the enrichment."""
    value = cells.number_in(cell)
    if value is None:
        remedy = cells.number_remedy(cell).removesuffix(", or leave it blank")
        raise InputError(
            where,
            "must be a number",
            got=repr(cell)[:40] if cell else "a blank",
            remedy=f"{remedy}, or leave out the gene and say so"
            if cell
            else "leave out genes with gaps, and say so",
        )
    return value


def read_groups(path: Path, expression: Expression) -> tuple[str, ...]:
    """Group of each case of the expression table, in its order.

    Raises: InputError: a case without a group, other than two groups, or too few in one.
    """
    columns = read_columns(path, option("groups"))
    where = f"{option('groups')} {path.name}"
    require(columns, ("case_id", "group"), where)
    refuse_twins(columns["case_id"], where)
    known = dict(zip(columns["case_id"], columns["group"], strict=True))
    missing = [case for case in expression.case_ids if not known.get(case)]
    if missing:
        raise InputError(
            where,
            "must name the group of every case of the expression table",
            got=f"none for {missing[0]} and {len(missing) - 1} others",
            remedy="add them, or leave out their columns",
        )
    groups = tuple(known[case] for case in expression.case_ids)
    sizes = {name: groups.count(name) for name in sorted(set(groups))}
    if len(sizes) != 2 or min(sizes.values()) < FEWEST_PER_GROUP:
        raise InputError(
            where,
            f"must have two groups of at least {FEWEST_PER_GROUP} cases",
            got=", ".join(f"{name}: {n}" for name, n in sizes.items()),
            remedy="add cases, or join groups",
        )
    return groups


def read_gene_sets(path: Path) -> dict[str, list[str]]:
    """Sets of a .gmt file: name, description, genes, separated by tabs.

    Raises: InputError: not readable, or a line without genes.
    """
    where = f"{option('gene-sets')} {path.name}"
    lines = read_text(path, where, most_bytes=MOST_BYTES).splitlines()
    sets = {}
    for number, line in enumerate(filter(str.strip, lines), start=1):
        name, *rest = line.rstrip().split("\t")
        if len(rest) < 2:
            raise InputError(
                f"{where}, line {number}",
                "must be name, description, genes, by tabs",
                got=line[:40],
                remedy="save it as .gmt",
            )
        if name in sets:
            raise InputError(
                f"{where}, line {number}",
                "must name each gene set once",
                got=f"{name[:60]!r} again",
                remedy="rename one of them, or remove it",
            )
        sets[name] = [gene for gene in rest[1:] if gene]
    return sets


def enriched(
    expression: Expression,
    groups: Sequence[str],
    gene_sets: Mapping[str, Sequence[str]],
    *,
    permutations: int,
    seed: int,
) -> tuple[GeneSetResult, ...]:
    """Gene set enrichment by permuted groups, smallest false discovery rate first.

    Args:
        expression: genes by cases.
        groups: of each case; scores above 0 are higher in the first by name.
        gene_sets: genes by set.
        permutations: of the groups, at least 1,000.
        seed: of the permutations.
    Raises: MissingExtraError: gseapy is not installed. InputError: too few permutations.
    Source: Subramanian and others, PNAS 2005;102:15545, as in gseapy.
    """
    if permutations < FEWEST_PERMUTATIONS:
        raise InputError(
            option("permutations"),
            f"must be at least {FEWEST_PERMUTATIONS}",
            got=permutations,
            remedy="leave it out",
        )
    if find_spec("gseapy") is None:
        raise MissingExtraError("gseapy", "the biology step", "biology")
    _check_sizes(expression, gene_sets)
    table = _gsea(expression, groups, gene_sets, permutations, seed)
    rows = [_result(row) for _, row in table.iterrows()]
    return tuple(sorted(rows, key=lambda row: (row.fdr, -abs(row.normalized))))


def _gsea(
    expression: Expression,
    groups: Sequence[str],
    gene_sets: Mapping[str, Sequence[str]],
    permutations: int,
    seed: int,
) -> Any:
    """The table that gseapy makes, a row a gene set."""
    import pandas as pd

    gseapy: Any = import_module("gseapy")
    order = np.argsort(groups, kind="stable")
    table = pd.DataFrame(
        expression.values[:, order],
        index=list(expression.genes),
        columns=[expression.case_ids[i] for i in order],
    )
    enrichment = gseapy.gsea(
        data=table,
        gene_sets={k: list(v) for k, v in gene_sets.items()},
        cls=[groups[i] for i in order],
        permutation_type="phenotype",
        permutation_num=permutations,
        min_size=SET_SIZES[0],
        max_size=SET_SIZES[1],
        method="signal_to_noise",
        outdir=None,
        seed=seed,
        threads=1,
    )
    return enrichment.res2d


def _check_sizes(expression: Expression, gene_sets: Mapping[str, Sequence[str]]) -> None:
    """At least one set must be of a size that is looked at."""
    genes, (fewest, most) = set(expression.genes), SET_SIZES
    sizes = [len(genes.intersection(names)) for names in gene_sets.values()]
    if not any(fewest <= size <= most for size in sizes):
        raise InputError(
            option("gene-sets"),
            f"must hold a set with {fewest} to {most} genes of the expression table",
            got=f"{max(sizes, default=0)} in the largest of {len(sizes)} sets",
            remedy="check that both files name genes alike, by symbol in capitals for instance",
        )


def _result(row: Any) -> GeneSetResult:
    """A row of gseapy's table."""
    matched = str(row["Tag %"]).partition("/")[2]
    return GeneSetResult(
        gene_set=str(row["Term"]),
        score=float(row["ES"]),
        normalized=float(row["NES"]),
        p=float(row["NOM p-val"]),
        fdr=float(row["FDR q-val"]),
        genes=int(matched or 0),
    )
