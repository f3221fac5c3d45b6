"""Names in hanzi and latin letters: validation, pinyin, search, sorting and likeness."""

from returnees.names.folding import fold
from returnees.names.likeness import similar
from returnees.names.reading import split_zh, suggest_latin
from returnees.names.searching import search_query, search_tokens, sort_key
from returnees.names.writing import clean_name_latin, clean_name_zh

__all__ = [
    "clean_name_latin",
    "clean_name_zh",
    "fold",
    "search_query",
    "search_tokens",
    "similar",
    "sort_key",
    "split_zh",
    "suggest_latin",
]
