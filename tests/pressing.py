"""What somebody can press on a page, and pressing it as a browser does."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client


@dataclass(frozen=True)
class Press:
    """One link, or one button of a form with what the form holds when nothing is typed."""

    method: str
    url: str
    data: tuple[tuple[str, str], ...] = ()

    def by(self, client: Client) -> HttpResponse:
        if self.method == "get":
            return client.get(self.url)
        sent: dict[str, list[str]] = {}
        for name, value in self.data:
            sent.setdefault(name, []).append(value)
        return client.post(self.url, sent)


@dataclass
class _Form:
    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """The links, forms and buttons of a page; every box that can be ticked is."""

    def __init__(self, url: str, html: str) -> None:
        super().__init__()
        self.url = url
        self.links: list[str] = []
        self.forms: list[_Form] = []
        self._named: dict[str, _Form] = {}
        self._aside: list[tuple[str, tuple[str, str], str]] = []
        self._form: _Form | None = None
        self._select = ""
        self.feed(html)
        for form, pair, address in self._aside:
            self._place(self._named[form], pair, address)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in at:
            self.links.append(at["href"])
        elif tag == "form":
            self._form = _Form(at.get("method", "get"), at.get("action") or self.url)
            self.forms.append(self._form)
            if "id" in at:
                self._named[at["id"]] = self._form
        elif tag == "select":
            self._select = at.get("name", "")
        elif tag == "option" and self._select:
            # The first choice that says something, as whoever tries the form would take.
            if at.get("value") and not self._holds(self._select):
                self._add(at, (self._select, at["value"]))
        elif tag in ("input", "textarea") and "name" in at and at.get("type") != "file":
            if at["name"] == "csrfmiddlewaretoken":
                return  # the test's client needs none
            if at.get("type") != "radio" or not self._holds(at["name"]):
                self._add(at, (at["name"], at.get("value", "")))
        elif tag == "button" and at.get("type") != "button":
            self._add(at, (at.get("name", ""), at.get("value", "")), at.get("formaction", "-"))
        for name in ("hx-get", "hx-delete", "hx-put"):
            if name in at:
                self.links.append(at[name])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""

    def _holds(self, name: str) -> bool:
        return bool(self._form) and name in dict(self._form.fields)

    def _add(self, at: dict[str, str], pair: tuple[str, str], address: str = "") -> None:
        if "form" in at:
            self._aside.append((at["form"], pair, address))
        elif self._form:
            self._place(self._form, pair, address)

    def _place(self, form: _Form, pair: tuple[str, str], address: str) -> None:
        """A field of a form, or with an address one of its buttons."""
        if address:
            form.buttons.append((*pair, "" if address == "-" else address))
        else:
            form.fields.append(pair)

    def presses(self) -> list[Press]:
        """All that can be pressed and stays within the site."""
        found = [Press("get", self._full(link)) for link in self.links]
        for form in self.forms:
            for name, value, address in form.buttons:
                url = self._full(address or form.action)
                data = [*form.fields, (name, value)] if name else form.fields
                if form.method == "get":
                    found.append(Press("get", url.partition("?")[0]))
                else:
                    found.append(Press("post", url, tuple(data)))
        return [press for press in dict.fromkeys(found) if press.url]

    def _full(self, link: str) -> str:
        """The path and query within the site; empty for what leads out of it."""
        parts = urlsplit(urljoin(f"http://testserver{self.url}", link))
        if parts.netloc != "testserver":
            return ""
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
