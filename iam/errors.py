"""The errors a client can get from an operation, with AWS's codes and statuses.

One class per code, so that an operation raises what its docstring lists; tests hold them against the service model.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal, Self

if TYPE_CHECKING:
    from iam.policy import Decision


class ServiceError(Exception):
    """A refusal with the code, message and HTTP status the client gets.

    `member` names the input member at fault (model's name), for forms; it is not on the wire.
    """

    code: ClassVar[str] = "ServiceFailure"
    status: ClassVar[int] = 500

    def __init__(self, message: str = "", *, member: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.member = member
        self._aftermath: Callable[[], object] | None = None
        self.keeps = False

    def followed_by(self, aftermath: Callable[[], object]) -> Self:
        """This refusal, with what must be kept although the rest is rolled back: a wrong guess, counted."""
        self._aftermath = aftermath
        return self

    def keeping(self) -> Self:
        """This refusal, with what the operation did before it kept: a guess counted before it was looked at.

        Unlike with `followed_by`, nobody comes between the count and the end of the transaction.
        """
        self.keeps = True
        return self

    def settle(self) -> None:
        """Do what `followed_by` asked for; once the transaction is rolled back."""
        if self._aftermath is not None:
            self._aftermath()

    @property
    def fault(self) -> Literal["Sender", "Receiver"]:
        """Whose fault it is, as error bodies say it."""
        return "Sender" if self.status < 500 else "Receiver"


class ServiceFailure(ServiceError):
    pass


class InternalFailure(ServiceError):
    code = "InternalFailure"


class ServiceUnavailable(ServiceError):
    code = "ServiceUnavailable"
    status = 503


# Who calls, and in which form (common errors of the Query API)


class MissingAuthenticationToken(ServiceError):
    code = "MissingAuthenticationToken"
    status = 403


class IncompleteSignature(ServiceError):
    code = "IncompleteSignature"
    status = 400


class SignatureDoesNotMatch(ServiceError):
    code = "SignatureDoesNotMatch"
    status = 403


class RequestExpired(ServiceError):
    """A request signed in its query string that came after the time it was signed for."""

    code = "RequestExpired"
    status = 400


class InvalidClientTokenId(ServiceError):
    code = "InvalidClientTokenId"
    status = 403

    def __init__(self, message: str = "The security token included in the request is invalid.") -> None:
        super().__init__(message)


class ExpiredToken(ServiceError):
    code = "ExpiredToken"
    status = 403

    def __init__(self, message: str = "The security token included in the request is expired") -> None:
        super().__init__(message)


class MissingAction(ServiceError):
    code = "MissingAction"
    status = 400


class InvalidAction(ServiceError):
    code = "InvalidAction"
    status = 400


class NotImplementedHere(ServiceError):
    """An operation of the service model that this product does not offer (docs/operations.md lists them).

    The code AWS gives for calls a region does not offer: clients know it, and none repeats the call.
    """

    code = "UnsupportedOperation"
    status = 400


class MalformedQueryString(ServiceError):
    code = "MalformedQueryString"
    status = 400


class MalformedInput(ServiceError):
    code = "MalformedInput"
    status = 400


class RequestEntityTooLarge(ServiceError):
    code = "RequestEntityTooLarge"
    status = 413


class Throttling(ServiceError):
    code = "Throttling"
    status = 400


class ValidationError(ServiceError):
    code = "ValidationError"
    status = 400


class InvalidParameterValue(ServiceError):
    code = "InvalidParameterValue"
    status = 400


class AccessDenied(ServiceError):
    """Refused by policy, by a rule of the service, or because the account's owner must not know more.

    `decision_id` is set once the decision has been stored.
    """

    code = "AccessDenied"
    status = 403

    def __init__(
        self, message: str, *, action: str = "", resource: str = "", decision: "Decision | None" = None
    ) -> None:
        super().__init__(message)
        self.action = action
        self.resource = resource
        self.decision = decision
        self.explanation: dict[str, object] = {}
        self.decision_id = ""
        self.encoded_message = ""


# The operations' own


class NoSuchEntity(ServiceError):
    code = "NoSuchEntity"
    status = 404


class EntityAlreadyExists(ServiceError):
    code = "EntityAlreadyExists"
    status = 409


class DeleteConflict(ServiceError):
    code = "DeleteConflict"
    status = 409


class LimitExceeded(ServiceError):
    code = "LimitExceeded"
    status = 409


class ConcurrentModification(ServiceError):
    code = "ConcurrentModification"
    status = 409


class EntityTemporarilyUnmodifiable(ServiceError):
    code = "EntityTemporarilyUnmodifiable"
    status = 409


class MalformedPolicyDocument(ServiceError):
    """A policy that cannot be saved.  `line` and `column` (both from 1) and `detail` are for the console."""

    code = "MalformedPolicyDocument"
    status = 400

    def __init__(
        self,
        message: str,
        *,
        member: str | None = None,
        detail: str = "",
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message, member=member)
        self.detail = detail
        self.line = line
        self.column = column


class InvalidInput(ServiceError):
    code = "InvalidInput"
    status = 400


class ReportNotPresent(ServiceError):
    """No credential report was ever made; AWS says it without a message."""

    code = "ReportNotPresent"
    status = 410


class ReportExpired(ServiceError):
    code = "ReportExpired"
    status = 410


class ReportInProgress(ServiceError):
    code = "ReportInProgress"
    status = 404


class PolicyEvaluation(ServiceError):
    """A stored policy that cannot be evaluated: a fault of ours, told plainly."""

    code = "PolicyEvaluation"
    status = 500


class PolicyNotAttachable(ServiceError):
    code = "PolicyNotAttachable"
    status = 400


class UnmodifiableEntity(ServiceError):
    code = "UnmodifiableEntity"
    status = 400


class MalformedCertificate(ServiceError):
    code = "MalformedCertificate"
    status = 400


class KeyPairMismatch(ServiceError):
    code = "KeyPairMismatch"
    status = 400


class DuplicateCertificate(ServiceError):
    code = "DuplicateCertificate"
    status = 409


class InvalidPublicKey(ServiceError):
    code = "InvalidPublicKey"
    status = 400


class UnrecognizedPublicKeyEncoding(ServiceError):
    code = "UnrecognizedPublicKeyEncoding"
    status = 400


class DuplicateSSHPublicKey(ServiceError):
    code = "DuplicateSSHPublicKey"
    status = 400


class PasswordPolicyViolation(ServiceError):
    code = "PasswordPolicyViolation"
    status = 400


class InvalidUserType(ServiceError):
    code = "InvalidUserType"
    status = 400


class InvalidAuthenticationCode(ServiceError):
    code = "InvalidAuthenticationCode"
    status = 403


class PackedPolicyTooLarge(ServiceError):
    code = "PackedPolicyTooLarge"
    status = 400


class InvalidAuthorizationMessage(ServiceError):
    code = "InvalidAuthorizationMessageException"
    status = 400


class FeatureEnabled(ServiceError):
    code = "FeatureEnabled"
    status = 409


class FeatureDisabled(ServiceError):
    code = "FeatureDisabled"
    status = 404


class OutboundWebIdentityFederationDisabled(ServiceError):
    code = "OutboundWebIdentityFederationDisabledException"
    status = 403


class SessionDurationEscalation(ServiceError):
    code = "SessionDurationEscalationException"
    status = 403


class JWTPayloadSizeExceeded(ServiceError):
    code = "JWTPayloadSizeExceededException"
    status = 400


class OrganizationNotFound(ServiceError):
    code = "OrganizationNotFoundException"
    status = 400
