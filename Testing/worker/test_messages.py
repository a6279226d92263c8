"""What a request to the background process must hold, before any job looks at it."""

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.worker.messages import check_request

LENGTHS = {"size_ijk": 3, "spacing_mm": 3, "origin_lps": 3, "direction_lps": 9}


def _ones(name: str, count: int) -> list[int] | list[float]:
    """Whole where whole numbers are asked for."""
    return [1] * count if name == "size_ijk" else [1.0] * count


@pytest.mark.parametrize(("name", "length"), LENGTHS.items())
def test_a_grid_of_more_or_fewer_axes_is_refused_before_any_job(name: str, length: int) -> None:
    grid = {key: _ones(key, n) for key, n in LENGTHS.items()}

    def asked(values: list[int] | list[float]) -> None:
        segment = {"path": "x.npy", "geometry": {**grid, name: values}}
        check_request({"id": 1, "do": "measure", "segments": [segment]})

    asked(_ones(name, length))
    for wrong in (length - 1, length + 1, 0, 400):
        with pytest.raises(InputError, match=rf"geometry\.{name}.*{length} items"):
            asked(_ones(name, wrong))
