"""The policy engine: parse, compile, decide.  Pure Python, no Django, no I/O, no clock."""

from iam.policy.attached import AttachedPolicy, PolicySource, Request
from iam.policy.compile import CompiledDocument, compile_document
from iam.policy.decide import decide
from iam.policy.decision import Decision, MatchedStatement, denial_message
from iam.policy.document import Document, Statement, parse
from iam.policy.errors import MalformedPolicy, PolicyError, PolicySyntaxError
from iam.policy.plan import Plan
from iam.policy.principals import Caller
from iam.policy.variables import Context

__all__ = [
    "AttachedPolicy",
    "Caller",
    "CompiledDocument",
    "Context",
    "Decision",
    "Document",
    "MalformedPolicy",
    "MatchedStatement",
    "Plan",
    "PolicyError",
    "PolicySource",
    "PolicySyntaxError",
    "Request",
    "Statement",
    "compile_document",
    "decide",
    "denial_message",
    "parse",
]
