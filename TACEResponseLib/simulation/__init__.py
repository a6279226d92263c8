"""Simulated patients whose probability of response is known, because a written law made it."""
