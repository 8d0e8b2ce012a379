"""What is said of a second proof that was not accepted, at sign-in and where one is given anew, by its reason."""

from typing import Final

CODE_PROBLEMS: Final = {
    "wrong": "This code is not valid. Check the clock of your device and enter the code it shows now.",
    "reused": "This code was used already. Wait for the next code and enter that.",
    "blocked": "There were too many wrong codes. Wait a few minutes before you try again.",
}
KEY_PROBLEMS: Final = {
    "wrong": "The key's answer was not in order. Try again.",
    "unknown": "That key is none of those registered for you. Use another.",
    "cloned": "The key's answer was not in order: there may be a copy of it. Use another device, and remove this one.",
    "expired": "This took too long, or was begun again elsewhere. Try again.",
    "first": "You began with that key already: it is not the second proof too. Use another device.",
    "blocked": "There were too many wrong answers. Wait a few minutes before you try again.",
}
RECOVERY_PROBLEMS: Final = {
    "wrong": "This is none of your recovery codes, or it was used already. Each works once.",
    "blocked": CODE_PROBLEMS["blocked"],
}
PASS_PROBLEMS: Final = {
    "wrong": "This is not your temporary pass, or it has ended or was used already. Ask for another.",
    "blocked": CODE_PROBLEMS["blocked"],
}
