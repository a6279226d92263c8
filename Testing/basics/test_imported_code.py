"""What a module is made of: its own files and all that they import, wherever the import stands."""

import pytest

from TACEResponseLib.basics.imported_code import files_behind


def behind(*modules: str) -> set[str]:
    return {path.stem for path in files_behind(modules)}


def test_imports_of_imports_and_those_within_functions_count() -> None:
    # lesion_features imports extraction, which imports pyradiomics' gray levels within the module
    # and lays the grid by lattice, which resamples.
    modules = behind("TACEResponseLib.evidence.radiomics.lesion_features")
    assert {"lesion_features", "extraction", "discretization", "lattice", "resampling"} <= modules
    # read_recipe imports the keys where it refuses alone.
    assert "keys" in behind("TACEResponseLib.recipe.reading")


def test_what_is_not_reached_is_left_out() -> None:
    modules = behind("TACEResponseLib.evidence.radiomics.lesion_features")
    assert not {"fitting", "fusion", "train", "scoring", "cli"} & modules


def test_a_module_that_is_none_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match=r"TACEResponseLib\.nothing must be a module"):
        files_behind(["TACEResponseLib.nothing"])
