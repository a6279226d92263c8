"""The biology step: files are checked; the statistics are gseapy's."""

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError, MissingExtraError
from TACEResponseLib.validation.biology import Biology
from TACEResponseLib.validation.gene_sets import (
    Expression,
    GeneSetResult,
    enriched,
    read_expression,
    read_gene_sets,
    read_groups,
)


@pytest.fixture
def expression() -> Expression:
    """Sixteen cases; the first twenty of 200 genes are higher in the first eight."""
    values = np.random.default_rng(5).normal(8, 1, (200, 16))
    values[:20, :8] += 3
    return Expression(
        genes=tuple(f"G{i}" for i in range(200)),
        case_ids=tuple(f"C{i}" for i in range(16)),
        values=values,
    )


@pytest.mark.skipif(find_spec("gseapy") is None, reason="gseapy is not installed (extra biology)")
def test_the_set_that_was_raised_is_found(expression: Expression) -> None:
    sets = {"RAISED": [f"G{i}" for i in range(20)], "OTHER": [f"G{i}" for i in range(100, 130)]}
    enriched_sets = enriched(
        expression, ["high"] * 8 + ["low"] * 8, sets, permutations=1000, seed=1
    )
    assert enriched_sets[0].gene_set == "RAISED"
    assert enriched_sets[0].normalized > 0


@pytest.mark.skipif(find_spec("gseapy") is not None, reason="gseapy is installed")
def test_without_gseapy_the_extra_is_named(expression: Expression) -> None:
    with pytest.raises(MissingExtraError, match=r"taceresponse\[biology\]"):
        enriched(expression, ["a"] * 8 + ["b"] * 8, {}, permutations=1000, seed=1)


def test_tables_and_sets_are_read(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("gene,C1,C2\nTP53,1.5,2\nMYC,3,4\n")
    (tmp_path / "s.gmt").write_text("SET\tfrom nowhere\tTP53\tMYC\n\n")
    table = read_expression(tmp_path / "e.csv")
    assert (table.genes, table.case_ids) == (("TP53", "MYC"), ("C1", "C2"))
    assert table.values.tolist() == [[1.5, 2], [3, 4]]
    assert read_gene_sets(tmp_path / "s.gmt") == {"SET": ["TP53", "MYC"]}


def test_bad_files_are_refused(tmp_path: Path, expression: Expression) -> None:
    (tmp_path / "e.csv").write_text("gene,C1\nTP53,\n")
    with pytest.raises(InputError, match=r"C1, row 1: must be a number"):
        read_expression(tmp_path / "e.csv")
    (tmp_path / "s.gmt").write_text("SET only\n")
    with pytest.raises(InputError, match="line 1: must be name, description, genes"):
        read_gene_sets(tmp_path / "s.gmt")
    (tmp_path / "g.csv").write_text("case_id,group\nC0,a\n")
    with pytest.raises(InputError, match=r"group of every case.*none for C1 and 14 others"):
        read_groups(tmp_path / "g.csv", expression)
    text = "".join(f"C{i},{'a' if i < 3 else 'b'}\n" for i in range(16))
    (tmp_path / "g.csv").write_text("case_id,group\n" + text)
    with pytest.raises(InputError, match="two groups of at least 7 cases, got a: 3, b: 13"):
        read_groups(tmp_path / "g.csv", expression)


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (
            "TP53,1\nTP53,2",
            "gene, row 2: must name each gene once, got TP53, as in row 1; keep one",
        ),
        (",1", "gene, row 1: must not be blank, got a blank; name the gene, or leave out its row"),
        ("TP53,inf", "C1, row 1: must be a number, got 'inf'; write the number that was measured"),
        ("MYC,1\nTP53,1_0", "C1, row 2: must be a number, got '1_0'; write the number alone, or"),
    ],
    ids=["twice", "no name", "infinite", "no number"],
)
def test_a_bad_gene_is_told_in_words_of_genes(tmp_path: Path, lines: str, line: str) -> None:
    (tmp_path / "e.csv").write_text(f"gene,C1\n{lines}\n")
    with pytest.raises(InputError, match=re.escape(f"--expression e.csv, {line}")) as refused:
        read_expression(tmp_path / "e.csv")
    assert "patient" not in str(refused.value)
    assert "leave it blank" not in str(refused.value)


@pytest.mark.skipif(find_spec("gseapy") is None, reason="gseapy is not installed (extra biology)")
def test_sets_of_no_size_that_is_looked_at_are_refused_in_one_line() -> None:
    expression = Expression(
        genes=tuple(f"G{i}" for i in range(20)),
        case_ids=tuple(f"C{i}" for i in range(14)),
        values=np.random.default_rng(1).random((20, 14)),
    )
    groups = ["a", "b"] * 7
    sets = {"other names": ["g0", "g1"], "small": [f"G{i}" for i in range(14)]}
    with pytest.raises(InputError, match=r"15 to 500 genes .*got 14 in the largest of 2 sets"):
        enriched(expression, groups, sets, permutations=1000, seed=1)
    sets["small"].append("G14")
    (result,) = enriched(expression, groups, sets, permutations=1000, seed=1)
    assert (result.gene_set, result.genes > 0) == ("small", True)


def test_two_sets_of_one_name_are_refused_and_none_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "s.gmt").write_text("SET\td\tTP53\nOTHER\td\tMYC\nSET\td\tKRAS\n")
    with pytest.raises(InputError, match=r"line 3: must name each gene set once, got 'SET' again"):
        read_gene_sets(tmp_path / "s.gmt")


def test_a_set_is_interesting_below_a_quarter(tmp_path: Path) -> None:
    results = tuple(
        GeneSetResult(gene_set=f"S{fdr}", score=0.5, normalized=1.5, p=0.01, fdr=fdr, genes=20)
        for fdr in (0.1, 0.2499, 0.25, 0.6)
    )
    biology = Biology(
        table=tmp_path / "gene_sets.csv", gene_sets=results, group_sizes=(("high", 8), ("low", 8))
    )
    assert biology.interesting == 2
