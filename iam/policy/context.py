"""Which context keys policies look at."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from iam.policy.conditions import operator_named
from iam.policy.document import Document, Statement, parse
from iam.policy.reader import load
from iam.policy.resources import resource_variables
from iam.policy.variables import Context, Variable, tokens


def context_keys(text: str) -> tuple[str, ...]:
    """Return the keys of a policy's conditions and variables, as first written, in the order of the text.

    Errors: PolicySyntaxError.
    """
    document = parse(text)
    written = written_keys(text)
    found: dict[str, str] = {}
    for statement in document.statements:
        for key, name in keys_of(document, statement):
            found.setdefault(key, written.get(key, name))
    return tuple(found.values())


def missing_keys(document: Document, context: Context) -> tuple[str, ...]:
    """Return the keys (lower-case) a policy looks at that the context lacks, sorted."""
    keys = {key for statement in document.statements for key, _ in keys_of(document, statement)}
    return tuple(sorted(key for key in keys if key not in context))


def keys_of(document: Document, statement: Statement) -> Iterator[tuple[str, str]]:
    """Yield each key a statement of the document looks at, lower-case and as known."""
    variables = document.version == "2012-10-17"
    if variables:
        for variable in resource_variables(statement):
            yield variable.key, variable.name
    for clause in statement.clauses:
        named = operator_named(clause.operator)
        if clause.key is not None:
            yield clause.key, clause.key
        if variables and named is not None and named.takes_variables:
            yield from _variables_in(clause.values)


def _variables_in(values: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for value in values:
        for token in tokens(value, variables=True) if "${" in value else ():
            if isinstance(token, Variable) and token.key:
                yield token.key, token.name


@lru_cache(maxsize=512)
def written_keys(text: str) -> Mapping[str, str]:
    """Map the lower-case condition keys of a policy to how they were first written.

    Errors: PolicySyntaxError.
    """
    found: dict[str, str] = {}
    value = load(text)
    body = value.get("Statement") if isinstance(value, dict) else None
    for block in body if isinstance(body, list) else [body]:
        condition = block.get("Condition") if isinstance(block, dict) else None
        for keys in condition.values() if isinstance(condition, dict) else ():
            for key in keys if isinstance(keys, dict) else ():
                found.setdefault(key.lower(), key)
    return found
