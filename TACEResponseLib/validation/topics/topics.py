"""The topics of the report.

In the order of measuring: a topic at the end draws after the others and changes none of their
numbers. Where its sections stand on the page, each says itself.
"""

from TACEResponseLib.validation.topics.candidates.topic import TOPIC as CANDIDATES
from TACEResponseLib.validation.topics.classes.topic import TOPIC as CLASSES
from TACEResponseLib.validation.topics.drift.topic import TOPIC as DRIFT
from TACEResponseLib.validation.topics.performance.topic import TOPIC as PERFORMANCE
from TACEResponseLib.validation.topics.population.topic import TOPIC as POPULATION
from TACEResponseLib.validation.topics.promised.topic import TOPIC as PROMISED
from TACEResponseLib.validation.topics.readers.topic import TOPIC as READERS
from TACEResponseLib.validation.topics.roi_readers.topic import TOPIC as ROI_READERS
from TACEResponseLib.validation.topics.sample_size.topic import TOPIC as SAMPLE_SIZE
from TACEResponseLib.validation.topics.subgroups.topic import TOPIC as SUBGROUPS
from TACEResponseLib.validation.topics.survival.topic import TOPIC as SURVIVAL
from TACEResponseLib.validation.topics.topic import Topic
from TACEResponseLib.validation.topics.wrong_cases.topic import TOPIC as WRONG_CASES

TOPICS: tuple[Topic, ...] = (
    PERFORMANCE,
    SURVIVAL,
    SUBGROUPS,
    READERS,
    CLASSES,
    ROI_READERS,
    PROMISED,
    CANDIDATES,
    DRIFT,
    SAMPLE_SIZE,
    WRONG_CASES,
    POPULATION,
)


def in_place() -> list[Topic]:
    """The topics as the report has them, one after the other."""
    return sorted(TOPICS, key=lambda topic: topic.place)
