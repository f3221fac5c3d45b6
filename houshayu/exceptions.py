class Conflict(Exception):
    """What was asked no longer fits what is there; nothing was changed.

    str() of it is a translated sentence for the person who asked. Pages show it as a warning,
    the API answers 409 with it.
    """
