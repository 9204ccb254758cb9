"""Plain Python formulas: outcomes, intervals, bounds, weights, scores, waiting, working time."""
