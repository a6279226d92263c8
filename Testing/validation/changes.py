"""Results of which one topic measured something else."""

from dataclasses import replace
from typing import Any

from TACEResponseLib.validation.topics.topic import Results


def changed(results: Results, kind: type[Any], **numbers: Any) -> Results:
    """The same but for these fields of what one topic measured."""
    return replace(
        results,
        measured=tuple(
            replace(m, **numbers) if isinstance(m, kind) else m for m in results.measured
        ),
    )
