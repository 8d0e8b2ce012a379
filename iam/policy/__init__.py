"""The policy engine: parse, compile, decide.  Pure Python, no Django, no I/O, no clock."""

from iam.policy.attached import AttachedPolicy, PolicySource, Request
from iam.policy.compile import CompiledDocument, compile_document
from iam.policy.context import context_keys, missing_keys
from iam.policy.decide import Sides, decide
from iam.policy.decision import Decision, MatchedStatement, denial_message
from iam.policy.document import Document, Statement, parse
from iam.policy.errors import MalformedPolicy, PolicyError, PolicySyntaxError
from iam.policy.explain import Explanation, explain, explanation_text
from iam.policy.plan import Plan
from iam.policy.principals import Caller
from iam.policy.save import check_for_save, minified_size
from iam.policy.save_trust import PrincipalEntry, invalid_principal, trust_principals
from iam.policy.trace import ConditionTrace, LayerTrace, StatementTrace, trace
from iam.policy.variables import Context

__all__ = [
    "AttachedPolicy",
    "Caller",
    "CompiledDocument",
    "ConditionTrace",
    "Context",
    "Decision",
    "Document",
    "Explanation",
    "LayerTrace",
    "MalformedPolicy",
    "MatchedStatement",
    "Plan",
    "PolicyError",
    "PolicySource",
    "PolicySyntaxError",
    "PrincipalEntry",
    "Request",
    "Sides",
    "Statement",
    "StatementTrace",
    "check_for_save",
    "compile_document",
    "context_keys",
    "decide",
    "denial_message",
    "explain",
    "explanation_text",
    "invalid_principal",
    "minified_size",
    "missing_keys",
    "parse",
    "trace",
    "trust_principals",
]
