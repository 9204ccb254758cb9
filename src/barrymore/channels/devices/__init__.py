"""Devices at points: buttons, kiosks and printed posters, and the edge that takes in what they tell."""
