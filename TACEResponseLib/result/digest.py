"""The name of a result: equal for equal results, another for any other case, image or number."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def result_digest(record: Mapping[str, Any]) -> str:
    """SHA-256 of a record without its timings; a report is asked for by it.

    Args:
        record: of `record.to_record`; it names images and ROI by the hashes of their voxels.
    """
    content = {key: value for key, value in record.items() if key != "seconds"}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
