"""The recipe on MR before HAIC, from simulated patients to a bundle that scores."""

from pathlib import Path

import pytest

from Testing.recipes.small_training import becomes_a_bundle_that_scores


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", ["mr-inceptionv4-haic"])
def test_a_paper_s_recipe_becomes_a_bundle_that_scores(name: str, tmp_path: Path) -> None:
    becomes_a_bundle_that_scores(name, tmp_path)
