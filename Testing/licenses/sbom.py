"""The bill of materials of a run: what cyclonedx-py saw, without what is there for tests alone.

cyclonedx-py lists all that is installed. Here its list is cut to the packages at run time, those
of extras are marked optional, and each gets the license of docs/licenses.md, since many packages
tell theirs in free words only.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from TACEResponseLib import __version__
from Testing.licenses.license_page import CUDA, RUN_TIME, table
from Testing.licenses.run_time_packages import ALWAYS, needed_by


def of_run_time(bom: dict[str, Any]) -> dict[str, Any]:
    """A CycloneDX document with the packages at run time alone."""
    by, page = needed_by(), table(RUN_TIME) | table(CUDA)
    components = []
    for component in bom["components"]:
        name = canonicalize_name(component["name"])
        if name in by:
            license_entry = {"expression": page[name]["license"], "acknowledgement": "concluded"}
            scope = "required" if by[name] == (ALWAYS,) else "optional"
            components.append({**component, "scope": scope, "licenses": [license_entry]})
    root = {**bom["metadata"]["component"], "version": __version__}
    kept = {root["bom-ref"], *(component["bom-ref"] for component in components)}
    return {
        **bom,
        "metadata": {**bom["metadata"], "component": root},
        "components": components,
        "dependencies": [_cut(line, kept) for line in bom["dependencies"] if line["ref"] in kept],
    }


def _cut(dependency: dict[str, Any], kept: set[str]) -> dict[str, Any]:
    """One package's needs among the kept ones."""
    return {**dependency, "dependsOn": [n for n in dependency.get("dependsOn", []) if n in kept]}


def main() -> None:
    """Cut one file into another."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("everything", type=Path, help="from cyclonedx-py, JSON")
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    bom = of_run_time(json.loads(options.everything.read_text(encoding="utf-8")))
    options.output.write_text(json.dumps(bom, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
