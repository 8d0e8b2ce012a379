"""What can be wrong with the text of a policy.

The engine raises these only; the pipeline turns them into wire errors.
"""


class PolicyError(ValueError):
    """A policy text that cannot be used.  `line` and `column` count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class PolicySyntaxError(PolicyError):
    """The text is no JSON, or no policy the evaluator can read."""

    def __str__(self) -> str:
        return f"{self.message} (line {self.line}, column {self.column})"


class RepeatedElement(PolicySyntaxError):
    """An object has an element twice."""


class MalformedPolicy(PolicyError):
    """The text may not be saved.

    `message` is AWS's text, which clients match on; `detail` says in our words what is wrong, for people.
    """

    def __init__(self, message: str, detail: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message, line, column)
        self.detail = detail
