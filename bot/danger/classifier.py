"""The trained half of the danger check: how near a text is to what people in danger write.

It is made at set-up by bot/danger/training.py from the lines in bot/content/said/. It hears what no
rule names; where there is none, the rules do without it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, reduce
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.danger.features import of_neighbours, of_rules, of_word
from bot.trained import keep, packed, unpacked

FILE = Path(__file__).parent / "trained.npz"
SOFT, URGENT, EMERGENCY, OTHER = "soft", "urgent", "emergency", "other"
HEADS = (SOFT, URGENT, EMERGENCY, OTHER)
"""What is asked of a text beside its class: is it at least soft, at least urgent, an emergency; and is
somebody else than the writer in danger."""

# Margins of the machines from which a level is heard; chosen on voices that were left out.
FROM = {EMERGENCY: -0.15, URGENT: -0.1, SOFT: -0.3}
# Below this a rule's emergency was one in 15 of 200 lines of voices that were left out.
BELIEVED_FROM = -0.4

# Nearer than this to the border it was right about the person half of the time.
SURE = 0.4
STRETCH, STEP, LONGEST = 48, 24, 4000

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """What the classifier makes of a text: `level` is "none" where it hears no danger, `at_most` the
    gravest level that it leaves to a rule."""

    label: str
    level: str
    person: str
    sure_of_person: bool
    at_most: str


@dataclass(frozen=True)
class Classifier:
    """For every known feature a row of weights, one for each of `heads` (HEADS, then the classes)."""

    rows: Mapping[str, int]
    rarity: Numbers
    weights: Numbers
    bias: Numbers
    heads: tuple[str, ...]

    def hear(self, forms: Sequence[str], rules: Collection[str]) -> Heard:
        """What is in a text in canonical forms for which the rules named in `rules` spoke."""
        scores = reduce(np.maximum, (self.scores(part, rules) for part in _parts(forms)))
        classes = scores[len(HEADS) :]
        level = "none"
        for name, score in zip(HEADS, scores.tolist(), strict=False):
            if name in FROM and score >= FROM[name]:
                level = name
        label = self.heads[len(HEADS) + int(classes.argmax())]
        grave = bool(scores[HEADS.index(EMERGENCY)] >= BELIEVED_FROM)
        at_most = SOFT if level == "none" else EMERGENCY if grave else URGENT
        other = float(scores[HEADS.index(OTHER)])
        return Heard(label, level, OTHER if other > 0 else "self", abs(other) > SURE, at_most)

    def scores(self, forms: Sequence[str], rules: Collection[str]) -> Numbers:
        """The margin of each head."""
        found = set(chain.from_iterable(map(self._rows_of_word, forms)))
        found.update(self._known(of_neighbours(forms)))
        found.update(self._known(of_rules(rules)))
        known = np.fromiter(found, np.intp, len(found))
        values = self.rarity.take(known)
        length = np.sqrt(values @ values) or np.float32(1)
        scores: Numbers = values @ self.weights.take(known, 0) / length + self.bias
        return scores

    def _known(self, terms: Iterable[str]) -> list[int]:
        rows = self.rows
        return [rows[term] for term in terms if term in rows]

    @cached_property
    def _rows_of_word(self) -> Callable[[str], Sequence[int]]:
        """Kept for common words: most of what is looked up is in them."""
        return lru_cache(maxsize=8192)(lambda form: self._known(of_word(form)))

    def save(self, path: Path = FILE) -> None:
        """Write it in one step.

        Raises:
            OSError: it cannot be written there.
        """
        keep(
            path,
            terms=packed(self.rows),
            rarity=self.rarity,
            weights=self.weights,
            bias=self.bias,
            heads=packed(self.heads),
        )


def _parts(forms: Sequence[str]) -> list[Sequence[str]]:
    """A text whole, and where it is long also in overlapping stretches, so that a cry in it is not
    drowned. Of what nobody writes by hand the two ends."""
    if len(forms) > LONGEST:
        forms = [*forms[: LONGEST // 2], *forms[-LONGEST // 2 :]]
    starts = range(STEP, len(forms) - STEP, STEP) if len(forms) > 2 * STRETCH else ()
    return [forms, *(forms[max(0, at - STRETCH // 2) : at + STRETCH // 2] for at in starts)]


@cache
def trained(path: Path = FILE) -> Classifier | None:
    """The classifier that was trained at set-up, or None where there is none."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as held:
        return Classifier(
            rows={term: row for row, term in enumerate(unpacked(held["terms"]))},
            rarity=held["rarity"],
            weights=held["weights"],
            bias=held["bias"],
            heads=tuple(unpacked(held["heads"])),
        )
