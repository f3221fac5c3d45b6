"""What a list shows of the views that were saved of it, and what of an address is saved."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from houshayu import menu
from houshayu.address import asked
from houshayu.http import Request
from houshayu.models.saved_views import SavedView

# A page, and what somebody looked for: a view is no place to keep a person's name.
NOT_SAVED = ("after", "before", "q", "by")


def worth_saving(query: str) -> str:
    """The filters, columns and order of an address, without what is not saved or says nothing."""
    kept = QueryDict(mutable=True)
    for name, values in QueryDict(query).lists():
        if name not in NOT_SAVED and (said := [value for value in values if value]):
            kept.setlist(name, said)
    return kept.urlencode()


class SavedViews:
    """The views of the list that a request shows; looked up where a template reads them."""

    def __init__(self, request: Request) -> None:
        self._request = request

    @property
    def _list(self) -> str:
        match = self._request.resolver_match
        return match.view_name if match else ""

    @property
    def offered(self) -> bool:
        """Whether views of this list can be saved: it must be in the menu."""
        return menu.entry(self._list) is not None

    @cached_property
    def every(self) -> list[SavedView]:
        """The reader's own, and those shared where they work."""
        mine = SavedView.objects.visible_to(self._request.user).filter(list=self._list)
        return list(mine.for_rows())

    @property
    def query(self) -> str:
        """What the address asks, as it would be saved."""
        return worth_saving(asked(self._request).urlencode())

    @property
    def current(self) -> SavedView | None:
        """The view that the list shows just now."""
        return next((view for view in self.every if view.query == self.query), None)

    @property
    def save_url(self) -> str:
        """Where what the list shows just now can be saved."""
        what = {"list": self._list, "query": self.query}
        return f"{reverse('savedview_save')}?{urlencode(what)}"
