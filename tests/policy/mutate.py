"""Change the engine in one place at a time and see whether cases and oracle notice: python -m tests.policy.mutate [--tests].

Each change lives in a child of its own, which reads the changed module before anything else of the engine, so that
tables made at import and remembered readings are made anew.  `--tests` asks the engine's other tests about what is left:
all but those of chance and time, so that a second run says the same.
Source: mutation testing, DeMillo, Lipton and Sayward 1978.
"""

import ast
import copy
import importlib.util
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from random import Random  # noqa: TID251  # a seeded, repeatable choice of test cases; nothing here is secret
from typing import Any

from tests.policy.invent import Case, invent

MODULES = (
    "decide", "conditions", "match", "resources", "principals", "arn", "readings", "services", "variables", "plan",
    "compile", "document", "reader",
)  # fmt: skip
CASES = 4000
SECONDS = 15
"""Of the processor, not of the clock: on a machine at work nothing is noticed by being slow."""
MEMORY = 2**31
HERE = Path(__file__).parent
PLACE = HERE.parents[1] / "iam" / "policy"
TESTS = (
    "compile", "conditions", "decide", "document", "explain", "match", "plan", "principals", "reader", "readings",
    "resource_policies", "save", "save_trust", "values", "variables",
)  # fmt: skip
ELSEWHERE = {"arn": "match", "resources": "plan", "services": "resource_policies"}
"""Where the tests of modules stand that have no file of their own."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
Change = Callable[[Any], None]


def changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """Yield what can be changed in a node, with its name."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        other = COMPARISONS[type(node.ops[0])]
        yield other.__name__, lambda n: setattr(n, "ops", [other(), *n.ops[1:]])
    if isinstance(node, ast.BoolOp):
        word = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield word.__name__, lambda n: setattr(n, "op", word())
    if isinstance(node, ast.BinOp) and type(node.op) in SUMS:
        sign = SUMS[type(node.op)]
        yield sign.__name__, lambda n: setattr(n, "op", sign())
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "negated", lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
    if isinstance(node, ast.comprehension) and node.ifs:
        yield "no if", lambda n: setattr(n, "ifs", [])
    if isinstance(node, ast.Name) and node.id in ("all", "any"):
        yield "all/any", lambda n: setattr(n, "id", "any" if n.id == "all" else "all")
    if isinstance(node, ast.Return) and node.value is not None and not _is_nothing(node.value):
        yield "None", lambda n: setattr(n, "value", ast.Constant(None))
    yield from _of_constant(node)


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value


def _of_constant(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield "flipped", lambda n: setattr(n, "value", not n.value)
    elif isinstance(value, int):
        yield "+1", lambda n: setattr(n, "value", n.value + 1)
    elif isinstance(value, str):
        yield "other text", lambda n: setattr(n, "value", f"XX{n.value}XX")


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that do something: no annotations, docstrings or types."""
    yield node
    for name, part in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in part if isinstance(part, list) else [part]:
            if isinstance(child, ast.AST) and not _says_nothing(child):
                yield from _walk(child)


def _says_nothing(node: ast.AST) -> bool:
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    literal = isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("Literal", "Callable")
    return text or literal


def mutants(source: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield every changed tree of a module, with where and what was changed."""
    tree = ast.parse(source)
    for number, node in enumerate(_walk(tree)):
        for what, change in changes(node):
            made = copy.deepcopy(tree)
            twin = next(n for at, n in enumerate(_walk(made)) if at == number)
            change(twin)
            place = f"{getattr(node, 'lineno', 0)}:{getattr(node, 'col_offset', 0)}"
            yield f"{place} {what}: {ast.unparse(node)[:60]}", ast.fix_missing_locations(made)


class Changed(SourceFileLoader):
    """Loads one module of the engine from a changed tree; put on sys.meta_path it is found before the real one."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        super().__init__(f"iam.policy.{name}", str(PLACE / f"{name}.py"))
        self.tree = tree

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Answer for the one module."""
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def get_code(self, _fullname: str) -> Any:
        """Compile the changed tree."""
        return compile(self.tree, self.path, "exec")


def answers() -> list[tuple[Case, str]]:
    """Return the cases, and what the oracle says."""
    from tests.policy.casebook import load_cases
    from tests.policy.compare import oracle_says

    rng = Random(1978)  # noqa: S311  # as above
    invented = [invent(rng) for _ in range(CASES)]
    return [(case, case["expected"]) for case in load_cases()] + [(c, oracle_says(c)) for c in invented]


def _tests_notice(name: str) -> bool:
    """Whether a test fails: first those of the module, which most often do.  In a fixed order."""
    import pytest

    # Without plug-ins, Django's among them, which would read the engine first.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    alone = (
        f"-q -x -c {os.devnull} --noconftest --import-mode=importlib -p no:cacheprovider --rootdir".split()
    )
    own = ELSEWHERE.get(name, name)
    files = [str(HERE / f"test_{each}.py") for each in sorted(TESTS, key=lambda each: each != own)]
    return any(pytest.main([*alone, str(HERE.parents[1]), *part]) for part in (files[:1], files[1:]))


def _cases_notice(asked: list[tuple[Case, str]]) -> bool:
    from tests.policy.compare import engine_says

    return any(engine_says(case) != expected for case, expected in asked)


def survives(name: str, tree: ast.Module, asked: list[tuple[Case, str]], *, tests: bool = False) -> bool:
    """Whether nobody notices the change.  A child that fails or takes too long has noticed."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.meta_path.insert(0, Changed(name, tree))
    noticed = True
    try:
        noticed = _tests_notice(name) if tests else _cases_notice(asked)
    finally:
        os._exit(noticed)


def examine(name: str, asked: list[tuple[Case, str]], *, tests: bool) -> tuple[int, list[str]]:
    """Return how many changes there are in a module and which of them nobody notices."""
    source = (PLACE / f"{name}.py").read_text()
    found = list(mutants(source))
    if not all(survives(name, ast.parse(source), asked, tests=each) for each in {tests, False}):
        raise SystemExit(f"{name}.py is found wrong unchanged")
    left = [(what, tree) for what, tree in found if survives(name, tree, asked)]
    if tests:
        left = [(what, tree) for what, tree in left if survives(name, tree, asked, tests=True)]
    return len(found), [what for what, _tree in left]


def main(arguments: list[str]) -> int:
    """Print score and survivors, module by module; the names of modules may be given."""
    with ProcessPoolExecutor(1) as other:
        asked = other.submit(answers).result()
    importlib.import_module("hypothesis.strategies")  # read once, here, and not again by every child
    made = alive = 0
    for name in [argument for argument in arguments if argument in MODULES] or MODULES:
        total, survivors = examine(name, asked, tests="--tests" in arguments)
        made, alive = made + total, alive + len(survivors)
        lines = [f"{name}.py: {total - len(survivors)} of {total} noticed", *survivors]
        sys.stdout.write("\n    ".join(lines) + "\n")
        sys.stdout.flush()
    sys.stdout.write(f"score {100 * (made - alive) / made:.1f} %\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
