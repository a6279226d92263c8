"""TACEResponse: will this liver tumor respond to TACE? Research use only."""

__version__ = "0.1.0"
