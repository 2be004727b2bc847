"""Imported once by the process that children are forked from, so that each child has loaded what takes seconds."""

from __future__ import annotations

from classifier.judging.judge import load_judge
from policies.guard.wording import surely_not_in
from policies.loading import shipped_rulebook

load_judge("fast").warm_up()
surely_not_in("This is a sentence that is surely not Spanish, whoever reads it.", ["es"])
shipped_rulebook("default")
