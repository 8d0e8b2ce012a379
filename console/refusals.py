"""Forms that cannot be taken as they are: out of date, made for somebody else, sent twice, or from another site.

Nothing is done then, and the reason is said.  What was typed is not lost: a fragment leaves the page as it is, and a
page shows it again with a button that sends it anew.  Secrets are asked for again, never written back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from accounts import browsers, sessions
from accounts.models import ConsoleSession
from console import once, session
from console.page import FRAGMENT_HEADER, page, wants_fragment
from console.secret_fields import is_secret

MARK_FIELD: Final = "acting-as"
MARK_HEADER: Final = "X-Acting-As"
KEPT_SALT: Final = "console.refusals.kept"
_OWN_FIELDS: Final = frozenset({"csrfmiddlewaretoken", MARK_FIELD, once.FIELD})
# The answer of a security key is bound to a challenge that is gone; a list of seeds fits no field that hides it.
_NOT_AGAIN: Final = frozenset({"credential", "content"})

_ELSEWHERE: Final = "This came from a page of another site, or through something that hides where it came from. Nothing was changed."
_NO_COOKIES: Final = (
    "Your browser sent no cookies, and without them nobody can be signed in. Allow cookies for this address, then "
    "reload the page."
)
_OUTDATED: Final = "You have signed in or out since this page was opened. Nothing was changed."
_AGAIN: Final = "You have signed in again, or switched, since this page was opened. Nothing was changed yet."


class ForeignForm(Exception):
    """The form was made for another principal than the one that acts now.  `mark` says for whom."""

    def __init__(self, mark: str) -> None:
        super().__init__("made for another principal")
        self.mark = mark


@dataclass(frozen=True, slots=True)
class Kept:
    """A form as it was sent: where to, its fields, and the names of those whose values are not written back."""

    address: str
    fields: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...] = ()

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The fields that somebody typed or chose."""
        return [(name, value) for name, value in self.fields if value]

    def sealed(self) -> str:
        """The form as one field of another."""
        return signing.dumps([self.address, self.fields, self.secrets], salt=KEPT_SALT, compress=True)

    @classmethod
    def opened(cls, sealed: str) -> "Kept | None":
        """The form that was sealed, or None where it is none of ours."""
        try:
            address, fields, secrets = signing.loads(sealed, salt=KEPT_SALT)
        except signing.BadSignature:
            return None
        return cls(address, tuple((name, value) for name, value in fields), tuple(secrets))


def kept(request: HttpRequest) -> Kept | None:
    """What the request sent, to be sent again; None where that would lead to nothing."""
    if request.method != "POST" or not request.POST or _NOT_AGAIN & set(request.POST):
        return None
    pairs = [(name, value) for name, values in request.POST.lists() for value in values]
    sent = [(name, value) for name, value in pairs if name not in _OWN_FIELDS]
    secrets = tuple(dict.fromkeys(name for name, _ in sent if is_secret(name)))
    return Kept(request.get_full_path(), tuple(pair for pair in sent if pair[0] not in secrets), secrets)


def check_characters(request: HttpRequest) -> None:
    """Refuse a request with a null character in address or form: nobody types one, and PostgreSQL keeps none.

    Documents are read before they are kept, and what is wrong in them is told with its place.
    Errors: SuspiciousOperation.
    """
    sent = (*request.GET.lists(), *request.POST.lists())
    short = ((name, *map(str, values)) for name, values in sent if not name.lower().endswith("document"))
    texts = (request.path, *(text for texts in short for text in texts))
    if any("\x00" in text for text in texts):
        raise SuspiciousOperation("a null character was sent")


def check_mark(request: HttpRequest) -> None:
    """Refuse what was made for another principal than acts now.  Errors: ForeignForm."""
    mark = request.headers.get(MARK_HEADER, "") or (request.POST.get(MARK_FIELD, "") if request.POST else "")
    if not mark:
        return
    who = session.who(request)
    if who is not None and who.mark != mark:
        raise ForeignForm(mark)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's view for a form whose token does not fit: says which of the reasons it was."""
    if reason.startswith(("Origin", "Referer")):
        return _plain(request, "This came from elsewhere", _ELSEWHERE)
    if settings.CSRF_COOKIE_NAME not in request.COOKIES:
        return _plain(request, "Cookies are needed", _NO_COOKIES)
    mark = request.headers.get(MARK_HEADER, "") or request.POST.get(MARK_FIELD, "")
    who = session.who(request)
    if mark and who is None:
        return onward(request, HttpResponseRedirect(session.sign_in_address(request)))
    if mark and who is not None and who.mark != mark:
        return foreign(request, mark)
    if mark:
        return send_again(request, kept(request), "This page is out of date", _AGAIN)
    return _plain(request, "This page is out of date", f"{_OUTDATED} Reload it and try again.")


def foreign(request: HttpRequest, mark: str) -> HttpResponse:
    """A form of somebody else than acts now: refused, with the way back to whoever it was, if they are still here."""
    who = session.required(request)
    owner = _in_this_browser(request, mark)
    shown: dict[str, Any] = {"who": who, "owner": owner, "account": owner.account if owner else None}
    if request.method in ("GET", "HEAD"):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    if wants_fragment(request):
        return into_flash(page(request, "console/foreign_form.html", partial="told", status=409, **shown))
    return page(request, "console/foreign_form.html", status=409, kept=kept(request), **shown)


def send_again(
    request: HttpRequest, form: Kept | None, heading: str, text: str, *, status: int = 403
) -> HttpResponse:
    """The form that was sent, with a button that sends it anew; a fragment renews the tokens of the page it came from."""
    shown: dict[str, Any] = {"heading": heading, "text": text, "kept": form, "token": get_token(request)}
    if wants_fragment(request):
        return into_flash(page(request, "console/stale_form.html", partial="told", status=status, **shown))
    return page(request, "console/stale_form.html", status=status, **shown)


def already_done(request: HttpRequest) -> HttpResponse:
    """A form that was sent before: nothing more was made."""
    return page(request, "console/already_done.html", status=409, back=session.own_path(request.path))


def onward(request: HttpRequest, response: HttpResponseRedirect) -> HttpResponse:
    """A redirect, in the form that htmx follows by loading the page anew."""
    # htmx follows a plain redirect by itself and would swap a whole page into a part of this one.  The page is
    # loaded anew rather than swapped in, so that its style nonce is its document's own.
    if request.headers.get("HX-Request") != "true":
        return response
    return HttpResponse(status=204, headers={"HX-Redirect": response.url})


def into_flash(response: HttpResponse) -> HttpResponse:
    """The fragment, to be shown where messages are, whatever it was asked for."""
    response.headers[FRAGMENT_HEADER] = "true"
    response.headers["HX-Retarget"] = "#flash"
    response.headers["HX-Reswap"] = "innerHTML"
    patch_vary_headers(response, ("HX-Request",))
    return response


def _plain(request: HttpRequest, heading: str, text: str) -> HttpResponse:
    shown: Mapping[str, str] = {"heading": heading, "text": text}
    answer = page(request, "403_csrf.html", partial="told", status=403, **shown)
    return into_flash(answer) if wants_fragment(request) else answer


def _in_this_browser(request: HttpRequest, mark: str) -> ConsoleSession | None:
    """The session beside this one whose principal has that mark, if there is one."""
    others: Iterable[ConsoleSession] = browsers.beside(sessions.store_of(request), timezone.now())
    return next((row for row in others if session.mark_of(row) == mark), None)
