"""What goes into the log of the program: never a row of people's data."""

import logging
import re
from typing import Any

# Postgres quotes the row that broke a rule: DETAIL:  Failing row contains (…).
QUOTED_ROW = re.compile(r"^(\s*DETAIL:).*$", re.MULTILINE)


class WithoutRows(logging.Formatter):
    """The usual line and traceback, without what the database quotes of a refused row."""

    def formatException(self, ei: Any) -> str:
        return QUOTED_ROW.sub(r"\1 (left out)", super().formatException(ei))
