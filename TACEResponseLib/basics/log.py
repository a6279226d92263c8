"""The program's own log."""

import logging

LOG = logging.getLogger("taceresponse")
