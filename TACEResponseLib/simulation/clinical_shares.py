"""How frequent the clinical findings are that a law of response may use."""

CHILD_PUGH_B_SHARE = 0.25
PORTAL_VEIN_INVASION_SHARE = 0.20
AFP_LOG10_MEAN, AFP_LOG10_SD = 1.9, 1.1
"""Of AFP in ng/mL: median 79, above 400 in a quarter."""
