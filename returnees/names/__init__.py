"""Names in hanzi and latin letters: validation, pinyin, search, sorting and likeness."""

from returnees.names.folding import fold, fold_hanzi
from returnees.names.likeness import may_be_one, same_name, similar
from returnees.names.reading import split_zh, suggest_latin
from returnees.names.searching import search_query, search_tokens, sort_key
from returnees.names.writing import FULL_NAME_LENGTH, clean_name_latin, clean_name_zh

__all__ = [
    "FULL_NAME_LENGTH",
    "clean_name_latin",
    "clean_name_zh",
    "fold",
    "fold_hanzi",
    "may_be_one",
    "same_name",
    "search_query",
    "search_tokens",
    "similar",
    "sort_key",
    "split_zh",
    "suggest_latin",
]
