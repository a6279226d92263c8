"""Whole slices of MR before HAIC: from simulated patients to a bundle that scores."""

from pathlib import Path

import pytest

from Testing.recipes.small_training import becomes_a_bundle_that_scores


@pytest.mark.slow
@pytest.mark.usefixtures("in_process")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_paper_s_recipe_becomes_a_bundle_that_scores(tmp_path: Path) -> None:
    becomes_a_bundle_that_scores("mr-inceptionv4-haic", tmp_path)
