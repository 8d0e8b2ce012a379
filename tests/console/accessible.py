"""A structural check of a page: what a screen reader, a keyboard and a strict content security policy need of it.

`problems(html)` lists what is wrong with a whole page; `problems(html, fragment=True)` leaves out what only a page has.
"""

import itertools
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget", "list", "form")
CONTROLS = frozenset({"input", "select", "textarea"})
UNLABELLED_INPUTS = frozenset({"hidden", "submit", "button", "image", "reset"})
ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: "list[Element]" = field(default_factory=list)
    words: str = ""

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def walk(self) -> "list[Element]":
        return [self, *(below for child in self.children for below in child.walk())]

    @property
    def text(self) -> str:
        """The words in it, with what alternative texts and labels add."""
        own = self.words + self.get("alt") + self.get("aria-label")
        return " ".join(
            [own, *(child.text for child in self.children if child.get("aria-hidden") != "true")]
        ).strip()

    def inside(self, *tags: str) -> "Element | None":
        above = self.parent
        while above is not None and above.tag not in tags:
            above = above.parent
        return above

    def __str__(self) -> str:
        shown = "".join(
            f" {name}={self.get(name)!r}" for name in ("id", "name", "class", "href") if self.get(name)
        )
        return f"<{self.tag}{shown}>"


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("#root", {})
        self._at = self.root
        self.unbalanced: list[str] = []

    def handle_starttag(self, tag, attrs):
        element = Element(tag, {name: value or "" for name, value in attrs}, self._at)
        self._at.children.append(element)
        if tag not in VOID:
            self._at = element

    def handle_startendtag(self, tag, attrs):
        self._at.children.append(Element(tag, {name: value or "" for name, value in attrs}, self._at))

    def handle_endtag(self, tag):
        if tag == self._at.tag and self._at.parent is not None:
            self._at = self._at.parent
        else:
            self.unbalanced.append(f"</{tag}> closes {self._at}")

    def handle_data(self, data):
        self._at.words += data


def parse(html: str) -> Element:
    builder = _Builder()
    builder.feed(html)
    return builder.root


def problems(html: str, *, fragment: bool = False) -> list[str]:
    """What is wrong, one sentence each; empty when nothing is."""
    builder = _Builder()
    builder.feed(html)
    elements = builder.root.walk()
    found = list(builder.unbalanced)
    for check in (
        _ids,
        _controls,
        _names,
        _images,
        _tables,
        data_tables,
        _policy,
        _order,
        _landmark_names,
        _tokens,
    ):
        found += check(elements)
    if not fragment:
        found += [*_page(elements), *_references(elements), *_headings(elements)]
    return found


def _ids(elements: list[Element]) -> list[str]:
    ids = [element.get("id") for element in elements if element.get("id")]
    return [f"id {one!r} is used twice" for one in sorted({one for one in ids if ids.count(one) > 1})]


def _references(elements: list[Element]) -> list[str]:
    ids = {element.get("id") for element in elements}
    return [
        f"{name} of {element} names {wanted!r}, which is not there"
        for element in elements
        for name in REFERENCES
        for wanted in element.get(name).split()
        if wanted not in ids and not (element.tag == "output" and name == "for")
    ]


def _controls(elements: list[Element]) -> list[str]:
    labelled = {element.get("for") for element in elements if element.tag == "label" and element.text}
    found = []
    for element in elements:
        if element.tag not in CONTROLS or (
            element.tag == "input" and element.get("type") in UNLABELLED_INPUTS
        ):
            continue
        wrapped = element.inside("label")
        named = (
            element.get("aria-label")
            or element.get("aria-labelledby")
            or (wrapped is not None and wrapped.text)
        )
        if not named and element.get("id") not in labelled - {""}:
            found.append(f"{element} has no label")
        if element.get("aria-invalid") == "true" and not element.get("aria-describedby"):
            found.append(f"{element} is invalid without saying why")
    found += [
        f"{element} has no legend"
        for element in elements
        if element.tag == "fieldset" and not any(child.tag == "legend" for child in element.children)
    ]
    return found


def _names(elements: list[Element]) -> list[str]:
    found = [
        f"{element} has no name"
        for element in elements
        if element.tag in {"button", "a", "summary", "h1", "h2", "h3", "dialog"}
        and not (element.text or element.get("aria-labelledby"))
    ]
    found += [
        f"{element} leads nowhere" for element in elements if element.tag == "a" and not element.get("href")
    ]
    found += [
        f"{element} has no type"
        for element in elements
        if element.tag == "button" and not element.get("type")
    ]
    return found


def _images(elements: list[Element]) -> list[str]:
    found = [
        f"{element} has no alt"
        for element in elements
        if element.tag == "img" and "alt" not in element.attributes
    ]
    found += [
        f"{element} is a picture without a name"
        for element in elements
        if element.tag == "svg" and element.get("aria-hidden") != "true" and not element.get("aria-label")
    ]
    return found


def _tables(elements: list[Element]) -> list[str]:
    found = []
    for table in (element for element in elements if element.tag == "table"):
        if not (
            table.get("aria-label")
            or table.get("aria-labelledby")
            or any(e.tag == "caption" for e in table.walk())
        ):
            found.append(f"{table} has no caption")
        found += [
            f"{cell} has no scope" for cell in table.walk() if cell.tag == "th" and not cell.get("scope")
        ]
    return found


def data_tables(elements: list[Element]) -> list[str]:
    """Data tables are cards on a narrow screen: each value has its column's heading beside it, and stays a cell."""
    tables = [
        element for element in elements if element.tag == "table" and "data-table" in element.get("class")
    ]
    found = [
        f"{part} has not the role {role!r} that its looks take away"
        for table in tables
        for part in table.walk()
        if (role := _role(part)) and part.get("role") != role
    ]
    for table in tables:
        rows = [element for element in table.walk() if element.tag == "tr"]
        headings = [heading.text for heading in rows[0].children]
        for row in rows[1:]:
            found += [
                f"{cell} is under {heading!r} and says {cell.get('data-label')!r}"
                for cell, heading in zip(row.children, headings, strict=True)
                if not _said(cell, heading)
            ]
            if [cell.tag for cell in row.children].count("th") != 1:
                found.append(f"{row} has not one head")
    found += [
        f"{cell} holds nothing but white space, and is shown"
        for table in tables
        for cell in table.walk()
        if cell.tag == "td" and cell.words and not (cell.text or cell.children or cell.get("class") == "acts")
    ]
    return found


def _role(part: Element) -> str:
    if part.tag == "th":
        return "columnheader" if part.get("scope") == "col" else "rowheader"
    return ROLES.get(part.tag, "")


def _said(cell: Element, heading: str) -> bool:
    if cell.tag == "th":
        return True
    if cell.get("class") == "acts":
        return heading == "Acts"
    if cell.get("class") == "pick":
        return any(below.get("type") == "checkbox" for below in cell.walk())
    return bool(heading) and cell.get("data-label") == heading


def _policy(elements: list[Element]) -> list[str]:
    """What a content security policy without exceptions would refuse."""
    found = [f"{element} has an inline style" for element in elements if "style" in element.attributes]
    found += [
        f"{element} is inline"
        for element in elements
        if element.tag == "style"
        or (element.tag == "script" and not element.get("src") and not element.get("type"))
    ]
    found += [
        f"{element} has {name}"
        for element in elements
        for name in element.attributes
        if (name.startswith("on") and len(name) > 2) or name.startswith("hx-on")
    ]
    return found


def _order(elements: list[Element]) -> list[str]:
    return [
        f"{element} takes the focus out of order"
        for element in elements
        if element.get("tabindex").isdigit() and int(element.get("tabindex")) > 0
    ]


def _landmark_names(elements: list[Element]) -> list[str]:
    navigations = [element for element in elements if element.tag == "nav"]
    names = [element.get("aria-label") or element.get("aria-labelledby") for element in navigations]
    found = [f"{element} has no name" for element, name in zip(navigations, names, strict=True) if not name]
    found += [f"two navigations are named {name!r}" for name in _twice(names)]
    ids = {element.get("id"): element.text for element in elements if element.get("id")}
    regions = [element for element in elements if element.tag == "section" or element.get("role") == "region"]
    called = [each.get("aria-label") or ids.get(each.get("aria-labelledby"), "") for each in regions]
    return found + [f"two regions are named {name!r}" for name in _twice(called)]


def _twice(names: list[str]) -> set[str]:
    return {name for name in names if name and names.count(name) > 1}


def _tokens(elements: list[Element]) -> list[str]:
    """A form that is posted carries the page's token; an include with `only` loses it."""
    return [
        f"{form} has no token"
        for form in elements
        if form.tag == "form"
        and form.get("method").lower() == "post"
        and not any(below.get("name") == "csrfmiddlewaretoken" for below in form.walk())
    ]


def _page(elements: list[Element]) -> list[str]:
    def count(tag: str) -> int:
        return sum(element.tag == tag for element in elements)

    found = [f"there are {count(tag)} <{tag}>" for tag in ("html", "title", "main", "h1") if count(tag) != 1]
    if any(element.tag == "html" and not element.get("lang") for element in elements):
        found.append("the page does not say its language")
    skip = next((element for element in elements if element.tag == "a"), None)
    if skip is None or skip.get("href") != "#main":
        found.append("the first link does not skip to the content")
    return found


def _headings(elements: list[Element]) -> list[str]:
    main = next((element for element in elements if element.tag == "main"), None)
    levels = [
        HEADINGS.index(element.tag) + 1
        for element in (main.walk() if main else [])
        if element.tag in HEADINGS
    ]
    return [
        f"h{after} follows h{before}" for before, after in itertools.pairwise(levels) if after > before + 1
    ]
