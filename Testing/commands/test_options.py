"""No option is taken and ignored: where it can do nothing, it is refused with a way out."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from TACEResponseLib.commands.cli import _parser, main

# Options that say how a command works and not on what; they hold in every mode.
HOW = {"help", "verbose", "output", "device", "jobs", "seed", "resamples", "pdf", "no_scene"}
# What each command reads in every way in which it can be called.
ALWAYS: dict[str, set[str]] = {
    "score": {"bundle"},
    "demo": {"overwrite"},
    "info": {"bundle"},
    "recipe list": set(),
    "recipe show": {"recipe"},
    "recipe new": {"name", "source"},
    "simulate": {"modality", "treatment", "patients", "role"},
    "cohort check": {"cohort", "table_only", "recipe"},
    "cohort describe": {"cohort", "endpoint"},
    "cohort import hcc-tace-seg": {"table", "features", "images"},
    "train": {
        "recipe",
        "cohort",
        "changes",
        "resume",
        "permute_labels",
        "cache",
        "by_site",
        "keep_fingerprints",
        "title",
        "authors",
        "license",
        "simulated",
    },
    "validate": {"reader_study", "landmark"},
    "compare": {"folders"},
    "recalibrate": {"bundle", "cohort", "method"},
    "biology": {"expression", "groups", "gene_sets", "permutations"},
}
SCORE_COHORT = ["score", "--bundle", "ct-radiomics-cnn-simulated", "--cohort", "c.csv"]
SCORE_SLICES = ["score", "--bundle", "ct-radiomics-cnn-simulated", "--image", "ct_arterial=a.nii"]
PREDICTIONS = ["validate", "--predictions", "p.csv"]
BUNDLE = ["validate", "--bundle", "ct-radiomics-cnn-simulated", "--cohort", "c.csv"]
SIMULATE = ["simulate", "--patients", "2", "--seed", "1"]
WITHOUT_NETWORK = ["train", "--recipe", "ct-volume-clinical", "--cohort", "c.csv"]
# Where an option of a command can do nothing, and an example of it.
REFUSED: dict[str, list[tuple[str, list[str]]]] = {
    "score": [
        (word, [*SCORE_COHORT, *rest])
        for word, rest in {
            "roi_label": ["--roi-label", "1"],
            "roi_segment": ["--roi-segment", "Tumor"],
            "large_roi": ["--large-roi"],
            "liver": ["--liver", "l.nii"],
            "contours": ["--contours", "20"],
            "clinical": ["--clinical", "c.json"],
            "context": ["--context", "c.json"],
            "case_id": ["--case-id", "P1"],
            "json": ["--json"],
            "overwrite": ["--overwrite"],
            "image": ["--image", "ct_arterial=a.nii"],
            "roi": ["--roi", "r.nii"],
        }.items()
    ]
    + [
        (word, [*SCORE_SLICES, *rest])
        for word, rest in {
            "roi_label": ["--roi-label", "1"],
            "roi_segment": ["--roi-segment", "Tumor"],
            "large_roi": ["--large-roi"],
            "liver": ["--liver", "l.nii"],
            "contours": ["--contours", "20"],
            "cohort": ["--cohort", "c.csv"],
        }.items()
    ],
    "validate": [
        ("role", [*PREDICTIONS, "--role", "tuning"]),
        ("device", [*PREDICTIONS, "--device", "cpu"]),
        ("jobs", [*PREDICTIONS, "--jobs", "3"]),
        ("endpoint", [*PREDICTIONS, "--endpoint", "progression"]),
        ("bundle", [*PREDICTIONS, "--bundle", "b"]),
        ("cohort", [*PREDICTIONS, "--cohort", "c.csv"]),
        ("predictions", [*BUNDLE, "--predictions", "p.csv"]),
        ("threshold", [*BUNDLE, "--threshold", ".4"]),
        ("positive_class", [*BUNDLE, "--positive-class", "responder"]),
        ("cross_validated", [*BUNDLE, "--cross-validated"]),
        ("simulated", [*BUNDLE, "--simulated"]),
        ("endpoint", [*BUNDLE, "--endpoint", "progression"]),
    ],
    "simulate": [
        ("world", [*SIMULATE, "--world", "2", "--modality", "mr"]),
        ("site_shift", [*SIMULATE, "--site-shift", "1"]),
        ("reader_kappa", [*SIMULATE, "--reader-kappa", ".4"]),
        ("contour_error_mm", [*SIMULATE, "--contour-error-mm", "5"]),
        ("nonlinear_law", [*SIMULATE, "--nonlinear-law"]),
        ("portal_share", [*SIMULATE, "--portal-share", ".2"]),
        ("informative_missingness", [*SIMULATE, "--informative-missingness"]),
        ("null", [*SIMULATE, "--null"]),
    ],
    "train": [
        ("epochs", [*WITHOUT_NETWORK, "--epochs", "2"]),
        ("weights", [*WITHOUT_NETWORK, "--weights", __file__]),
    ],
}


def parsers(
    parser: argparse.ArgumentParser, name: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command with its parser."""
    inner = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not inner:
        yield name, parser
    for action in inner:
        for word, child in action.choices.items():
            yield from parsers(child, f"{name} {word}".strip())


COMMANDS = dict(parsers(_parser()))


@pytest.mark.parametrize("name", COMMANDS)
def test_of_every_option_it_is_known_where_it_holds(name: str) -> None:
    options = {action.dest for action in COMMANDS[name]._actions}
    classed = HOW | ALWAYS[name] | {word for word, _ in REFUSED.get(name, [])}
    assert options <= classed, f"say where these hold: {options - classed}"


@pytest.mark.parametrize(
    ("option", "words"),
    [pytest.param(o, w, id=" ".join(w)) for some in REFUSED.values() for o, w in some],
)
def test_an_option_that_can_do_nothing_is_refused_in_one_line(
    option: str, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--output", str(tmp_path / "out")]) == 2
    stderr = capsys.readouterr().err
    assert stderr.count("\n") == 1
    assert f"--{option.replace('_', '-')}" in stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        "",
        "nonsense",
        "score",
        "demo --nosuch",
        "demo --seed x",
        "demo --device gpu",
        "cohort",
        "train --recipe",
        "validate --threshold nan --output x",
        "demo x y",
        "recipe --set",
    ],
)
def test_a_command_line_that_is_none_is_told_in_one_line(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words.split())
    printed = capsys.readouterr()
    assert (stopped.value.code, printed.out) == (2, "")
    assert re.fullmatch(r"error: .+; see tace-response ?\w* --help\n", printed.err)
