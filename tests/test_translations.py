"""What a returnee is handed speaks all ten languages; staff's pages both of theirs."""

from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import to_locale

ROOT = Path(settings.BASE_DIR)
# The sheets on paper, in the returnee's own language.
RETURNEES_SEE = ("templates/returnees/print/", "templates/transfers/print/")


@pytest.mark.parametrize(
    "language", [code for code, _name in settings.LANGUAGES if code not in {"en", "zh-hans"}]
)
def test_the_sheets_are_translated_into_every_language_of_the_documents(language: str) -> None:
    catalog = polib.pofile(ROOT / "locale" / to_locale(language) / "LC_MESSAGES" / "django.po")

    untranslated = [
        entry.msgid
        for entry in catalog
        if not entry.translated()
        and any(path.startswith(RETURNEES_SEE) for path, _line in entry.occurrences)
    ]

    assert untranslated == []


def test_no_translation_is_a_guess() -> None:
    fuzzy = [
        (path.parent.parent.name, entry.msgid)
        for path in sorted(ROOT.glob("locale/*/LC_MESSAGES/django.po"))
        for entry in polib.pofile(path).fuzzy_entries()
    ]

    assert fuzzy == []
