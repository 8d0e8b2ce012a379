"""How long a password would stand against somebody who guesses well: advice while one is chosen, never a verdict.

What is typed is rated by zxcvbn and forgotten.  The rating is bounded: at most 64 characters are looked at, few
ratings run at once, and characters that stand for letters count only while there are few of them, since zxcvbn tries
every reading (without that, 72 well-chosen characters cost more than two seconds).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Final

from accounts.password_rules import normalised

LOOKED_AT: Final = 64
READINGS: Final = 4  # different characters that may stand for letters
AT_ONCE: Final = 1
_INERT: Final = "^"  # stands for no letter, and is in no keyboard row that matters
_WORDS: Final = ("very weak", "weak", "fair", "good", "strong")
_turns = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Strength:
    """From 0, guessed at once, to 4; in a word, with advice in sentences where it is not yet good."""

    score: int
    word: str
    advice: tuple[str, ...]

    @property
    def poor(self) -> bool:
        """Whether it is worth saying so after all."""
        return self.score < 3


def of(raw: str, words: Iterable[str] = ()) -> Strength | None:
    """The strength of what is typed; None for nothing, and while as many are being rated as may be.

    `words` are what a guesser knows of its owner.  Nothing of `raw` is in the answer.
    """
    if not raw or not _turns.acquire(blocking=False):
        return None
    try:
        return _rated(_bounded(normalised(raw[:LOOKED_AT])[:LOOKED_AT]), words)
    finally:
        _turns.release()


def _rated(text: str, words: Iterable[str]) -> Strength:
    # Here, so that a process that never rates never reads the lists.  Not zxcvbn.zxcvbn(): it leaves the words of one
    # caller in a table that every thread reads.
    from zxcvbn import feedback, matching, scoring, time_estimates

    known = matching.build_ranked_dict([word.lower() for word in words if word])
    matches = matching.omnimatch(text, {**matching.RANKED_DICTIONARIES, "user_inputs": known})
    found = scoring.most_guessable_match_sequence(text, matches)
    score = int(time_estimates.estimate_attack_times(found["guesses"])["score"])
    told = feedback.get_feedback(score, found["sequence"])
    return Strength(
        score, _WORDS[score], tuple(text for text in (told["warning"], *told["suggestions"]) if text)
    )


def _bounded(text: str) -> str:
    from zxcvbn.matching import L33T_TABLE

    looks = {sign for signs in L33T_TABLE.values() for sign in signs}
    seen = list(dict.fromkeys(character for character in text if character in looks))
    return text.translate({ord(character): _INERT for character in seen[READINGS:]})
