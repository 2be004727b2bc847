"""Imported once by the process that children are forked from: what takes seconds to load is loaded here."""

from __future__ import annotations

from classifier.judge import load_judge
from policies.rulebook import shipped_rulebook
from records.nouns import PostToJudge

load_judge("fast").assess(
    [PostToJudge(text="Hola, me han cobrado 12,50 euros de más y nadie contesta. Thank you 4111.")]
)
shipped_rulebook("default")
