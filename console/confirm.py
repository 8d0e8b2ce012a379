"""The last word before something goes: what will go with it, and a word to type where it matters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse

from console.fields import FormError
from console.page import page


@dataclass(frozen=True, slots=True)
class Confirm:
    """A question asked once more.  `goes` names each dependent thing; `word` must be typed when it is set.

    `whole`: what answers it is a page of its own, such as one with a secret, so a dialog must not swap it in.
    """

    title: str
    text: str
    verb: str
    action: str
    back: str
    goes: Sequence[str] = ()
    goes_title: str = "This goes too:"
    warning: str = ""
    word: str = ""
    danger: bool = True
    whole: bool = False
    hidden: Sequence[tuple[str, str]] = ()
    cli: str = ""
    errors: tuple[FormError, ...] = ()

    def given(self, request: HttpRequest) -> bool:
        """Whether the question was answered: posted, and with the word where one is asked for."""
        return request.method == "POST" and (
            not self.word or request.POST.get("confirm", "").strip() == self.word
        )

    def refused(self, message: str) -> "Confirm":
        """The same question with the reason why it could not be done."""
        return replace(self, errors=(FormError(message),))

    def ask(self, request: HttpRequest, *, crumbs: Sequence[tuple[str, str]] = ()) -> HttpResponse:
        """The question as a dialog to htmx and as a page otherwise; 422 where the answer would not do."""
        asked = self
        if request.method == "POST" and not self.errors:
            asked = replace(self, errors=(FormError(f"Type {self.word} to confirm.", "confirm-word"),))
        status = 422 if request.method == "POST" else 200
        return page(
            request, "console/confirm.html", partial="dialog", status=status, confirm=asked, crumbs=crumbs
        )
