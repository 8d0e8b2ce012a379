"""What STS tells about identities: who calls, whose a key is, why a request was refused."""

import json

from iam import audit, ids
from iam.call import Call, Output
from iam.catalogue import nobody_asked, operation
from iam.errors import InvalidAuthorizationMessage, ValidationError
from iam.policy.decoded import decoded


@operation("sts.GetCallerIdentity", checks=nobody_asked, reads=True)
def get_caller_identity(call: Call) -> Output:
    """Answer who calls; of any caller, whatever its policies say, since it tells callers what they know.

    Source: STS API Reference, GetCallerIdentity.
    """
    principal = call.principal
    return {"UserId": principal.user_id, "Account": principal.account_number, "Arn": principal.arn}


@operation("sts.GetAccessKeyInfo", checks=nobody_asked, reads=True)
def get_access_key_info(call: Call, *, access_key_id: str) -> Output:
    """Answer the account that a key id was made for, read from the id itself: the key may be gone or never have been.

    Errors: ValidationError (no key id).
    Source: STS API Reference, GetAccessKeyInfo.
    """
    number = ids.account_of(access_key_id)
    if number is None:
        raise ValidationError(f"The access key id {access_key_id} is not valid.", member="AccessKeyId")
    return {"Account": number}


@operation("sts.DecodeAuthorizationMessage", reads=True)
def decode_authorization_message(call: Call, *, encoded_message: str) -> Output:
    """Answer the stored decision that an encoded message of this account stands for, as JSON text.

    It holds what AWS tells, under AWS's names, and beside it the explanation that the console shows.

    The id of the refused request, or of the decision, stands for it too: it is what every client shows.

    Errors: InvalidAuthorizationMessage (not of ours, of another account, or past its retention).
    Source: STS API Reference, DecodeAuthorizationMessage.
    """
    decision_id = audit.decode_message(encoded_message) or encoded_message.strip()
    row = call.account.decisions.known_by([decision_id]).order_by("-id").first()
    if row is None:
        raise InvalidAuthorizationMessage("The authorization message is not valid.", member="EncodedMessage")
    told = {"decisionId": str(row.decision_id), **decoded(row.body), **row.body}
    return {"DecodedMessage": json.dumps(told)}
