"""A month of March 2020 with about 400 synthetic people, lived through by the program itself.

Nothing here writes rows behind the program's back: people are registered, handed over, measured,
reminded of and released by the same operations that the pages call.
"""
