"""`tace-response cohort import`: a public cohort as a table of ours."""

import argparse
import sys

from TACEResponseLib.cohort.hcc_tace_seg import COHORT_FILE, NOTES_FILE, import_hcc_tace_seg


def run_import(options: argparse.Namespace) -> None:
    """Write the cohort, and say what it holds."""
    rows = import_hcc_tace_seg(options.table, options.output, features=options.features)
    read = [row for row in rows if row["response"]]
    positive = sum(row["response"] == "responder" for row in read)
    sys.stdout.write(
        f"{len(rows)} patients, {len(read)} read by three readers, {positive} responders\n"
        f"{options.output / COHORT_FILE}\n{options.output / NOTES_FILE}\n"
    )
