"""Figures that are asked for and that nobody gets: shares of presses (E26, METHOD rule 1)."""

# A press says who pressed. Who did not is unknown, so a share of presses says nothing about customers.
SHARES_OF_PRESSES = frozenset({"press_share", "satisfied_share", "green_ratio", "green_share", "red_share"})
REASON = "FEEDBACK_NOT_SURVEY"
WHY = (
    "Presses come from whoever chose to press, so a share of them is no measure of quality: it can rise "
    "while customers fare worse. It is never computed."
)
INSTEAD = (
    "For a share ask drawn customers: GET /api/v1/figures/satisfaction, which knows who was asked. "
    "For presses look at counts by point and day beside those served: /reports/presses/."
)


class NotAFigure(Exception):
    """The figure would mislead; `metric` is its name."""

    def __init__(self, metric: str) -> None:
        super().__init__(WHY)
        self.metric = metric


def refuse_shares(metric: str) -> None:
    """Raise NotAFigure for a share of presses under any of its names."""
    if metric in SHARES_OF_PRESSES:
        raise NotAFigure(metric)
