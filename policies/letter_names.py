"""Values read out by the names of their letters: `eme a erre te a`, `em ay ar tee ay`."""

from __future__ import annotations

import re

_SURE_TEXT = """
    be ce efe ge hache jota ka ele elle eme ene enye pe cu erre uve equis ye zeta doble griega
    bee cee dee ee eff gee aitch haitch jay kay ell em pee cue ess tee vee ex wye zed zee double
"""
_SURE = frozenset(_SURE_TEXT.split())
"""Names of letters that are seldom anything else."""
_ALSO_WORDS_TEXT = """
    de ese te ve ay eye oh en ar are you why see sea
"""
_NAMES = _SURE | frozenset(_ALSO_WORDS_TEXT.split())
_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST_ROW = 4
_LONG_ROW = 6
"""Signs in a row of which one name is enough."""
_FEWEST_SURE = 2
_LONGEST_NUMBER = 3


def names_letters(text: str) -> bool:
    """Whether a flattened text holds four names of letters or single signs in a row, two of them surely names.

    Of six in a row one is enough.
    """
    length = sure = 0
    for word in _WORD.findall(text):
        if word in _NAMES or len(word) == 1 or (word.isdigit() and len(word) <= _LONGEST_NUMBER):
            length, sure = length + 1, sure + (word in _SURE)
        else:
            length = sure = 0
        if (length >= _SHORTEST_ROW and sure >= _FEWEST_SURE) or (length >= _LONG_ROW and sure):
            return True
    return False
