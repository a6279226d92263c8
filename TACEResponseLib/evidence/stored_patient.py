"""What was prepared of a patient, as a file keeps it: arrays, and JSON values beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredPatient:
    """Numbers and words that a kind makes of what it prepared, and makes that of again."""

    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)
    """JSON values."""
