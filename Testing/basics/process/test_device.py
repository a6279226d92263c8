"""Where networks run."""

import pytest
import torch

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.device import choose_device


def test_cuda_is_refused_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == "cpu"
    with pytest.raises(InputError, match=r"--device: CUDA must be available, got no CUDA device"):
        choose_device("cuda")
