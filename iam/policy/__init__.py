"""The policy engine: parse, compile, decide.  Pure Python, no Django, no I/O, no clock."""

from iam.policy.attached import AttachedPolicy, PolicySource, Request
from iam.policy.compile import CompiledDocument, compile_document
from iam.policy.decide import decide
from iam.policy.decision import Decision, MatchedStatement, denial_message
from iam.policy.document import Document, Statement, parse
from iam.policy.errors import MalformedPolicy, PolicyError, PolicySyntaxError
from iam.policy.plan import Plan
from iam.policy.principals import Caller
from iam.policy.save import check_for_save, minified_size
from iam.policy.save_trust import PrincipalEntry, invalid_principal, trust_principals
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
    "PrincipalEntry",
    "Request",
    "Statement",
    "check_for_save",
    "compile_document",
    "decide",
    "denial_message",
    "invalid_principal",
    "minified_size",
    "parse",
    "trust_principals",
]
