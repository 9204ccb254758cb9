"""The one error of this package: a sentence for people and a code for machines."""


class FormulaError(ValueError):
    """Input that has no honest result; `code` is upper case and stable, the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
