"""What a job costs the hands: every key and every press, counted where it is done."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page, Response


@dataclass
class Hands:
    """The hands of a practised worker on a page, who know where everything stands.

    A character typed is a key, and so is Tab, an arrow, or keys held together. pages: whole pages
    that were loaded, the first one too.
    """

    page: Page
    keys: int = 0
    tabs: int = 0
    clicks: int = 0
    pages: int = 0

    def __post_init__(self) -> None:
        self.page.on("response", self._count_page)

    def _count_page(self, response: Response) -> None:
        navigates = response.request.is_navigation_request()
        self.pages += navigates and response.status not in range(300, 400)

    def go(self, address: str) -> None:
        """Where the job begins; it costs nothing."""
        self.page.goto(address)

    def press(self, key: str, times: int = 1) -> None:
        for _time in range(times):
            self.page.keyboard.press(key)
        self.keys += times
        self.tabs += times if key.endswith("Tab") else 0

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def paste(self, text: str) -> None:
        """What a reader or another window put into the clipboard."""
        self.page.keyboard.insert_text(text)
        self.keys += 1

    def click(self, selector: str) -> None:
        self.page.click(selector)
        self.clicks += 1

    def tab_to(self, name: str) -> None:
        """On, as often as it takes, to the field of this name."""
        for _stop in range(60):
            self.press("Tab")
            if self.page.evaluate("document.activeElement.name") == name:
                return
        raise AssertionError(f"no way to {name} by Tab")

    def choose(self, value: str) -> None:
        """In the list that has the focus, down or up to the choice."""
        way = self.page.evaluate(
            "(value) => { const list = document.activeElement; const names = [...list.options]"
            ".map((each) => each.value); return names.indexOf(value) - list.selectedIndex; }",
            value,
        )
        self.press("ArrowDown" if way > 0 else "ArrowUp", abs(way))
