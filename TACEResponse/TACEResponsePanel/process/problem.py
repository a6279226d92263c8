"""Why something came to nothing: in the panel's own words, or as the library refused it."""

from dataclasses import dataclass

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.worker.answers import Refusal
from TACEResponseLib.worker.messages import Failed


@dataclass(frozen=True)
class Problem:
    """One thing that went wrong."""

    text: str
    """For logs and scripts; the panel words a refusal by what it is about."""
    refusal: Refusal | None = None

    @classmethod
    def of(cls, error: InputError) -> "Problem":
        """What the library refused in this process."""
        return cls(str(error), Refusal.of(error))

    @classmethod
    def answered(cls, failed: Failed) -> "Problem":
        """What the background process says of a job."""
        return cls(failed.message, failed.refusal)
