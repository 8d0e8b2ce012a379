"""Our engine, asked as the product asks it."""

from bench.workload import ACCOUNT, USER, Asked
from iam.policy import AttachedPolicy, Caller, Plan, PolicySource, Request, compile_document, decide

CALLER = Caller(USER, ACCOUNT, "user", "AIDAEXAMPLE")


class Ours:
    """Our engine for one principal."""

    name = "wardstead"

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._plan = plan(texts)

    def prepared(self, stream: list[Asked]) -> list[Request]:
        """Return the requests as the engine takes them; made with the call, before anything is decided."""
        return [Request(CALLER, each.action, each.resource, ACCOUNT, each.context) for each in stream]

    def allowed(self, request: Request) -> bool:
        """Decide."""
        return decide(request, self._plan).allowed

    def first(self, request: Request) -> bool:
        """Decide for a principal not seen before, its policies being known."""
        return decide(request, plan(self._texts)).allowed

    def from_nothing(self, request: Request) -> bool:
        """Decide when nothing at all is known: texts are read and compiled first."""
        compile_document.cache_clear()
        return self.first(request)


def plan(texts: list[str]) -> Plan:
    """Return a plan of managed policies."""
    return Plan(
        [
            AttachedPolicy(PolicySource(f"p{number}", "managed", f"p{number}"), compile_document(text))
            for number, text in enumerate(texts)
        ]
    )
