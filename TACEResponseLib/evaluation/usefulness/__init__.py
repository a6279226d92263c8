"""Whether decisions get better."""
