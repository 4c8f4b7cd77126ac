"""What the places a sentence mentions mean together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from referral_directory import place_words as pw
from referral_directory.bare_names import is_well_known
from referral_directory.bearers import foremost, within
from referral_directory.mentions import Evidence, Mention
from referral_directory.sentences import Sentence, cue_before
from referral_directory.standing import is_everyday, may_stand_beside
from referral_directory.units import Unit

_LONG_PAIR = 4  # words of two names that lie in each other: no chance phrase
_MOST_MENTIONS = 8  # nobody names more in earnest, and each pair is compared


def admit(sentence: Sentence, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions that count, without overlaps, in the order of the text."""
    weighed = [mention for mention in mentions if mention.evidence]
    admitted = _apart(sentence, [*weighed, *_pairs(sentence, mentions)])
    weak = [
        mention
        for mention in mentions
        if mention.evidence is None and may_stand_beside(sentence, mention)
    ]
    # Twice: a ward stands beside its district, which stands beside its province.
    for _ in range(2):
        beside = [
            replace(mention, units=units, evidence="beside")
            for mention in weak
            for units in [_beside(sentence, mention, admitted)]
            if units
        ]
        if not beside:
            break
        admitted = _apart(sentence, [*admitted, *beside])
    return admitted


def _pairs(sentence: Sentence, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Names followed by the province or district they lie in, each alone too weak to count."""
    ending: dict[int, list[Mention]] = defaultdict(list)
    for mention in mentions:
        ending[mention.end].append(mention)
    for home in mentions:
        provinces = tuple(unit for unit in home.units if unit.level == "province")
        for mention in ending[home.start] if provinces else ():
            lesser = within(mention.lesser, provinces)
            if lesser:
                yield replace(mention, units=lesser, evidence="placed")
        if home.evidence and home.evidence != "typed" and home.form == "name":
            continue
        for level in ("province", "district"):
            homes = tuple(unit for unit in home.units if unit.level == level)
            for mention in ending[home.start] if homes else ():
                units = within(mention.units, homes)
                if units and _is_pair(sentence, mention, home, units):
                    chosen = tuple(h for h in homes if within(units, (h,)))
                    yield replace(home, units=chosen, evidence=home.evidence or _rank(home))
                    yield replace(mention, units=units, evidence=mention.evidence or "beside")


def _rank(home: Mention) -> Evidence:
    if home.level == "district":
        return "beside"
    return "placed" if home.form == "initials" else "province"


def _is_pair(sentence: Sentence, mention: Mention, home: Mention, units: Sequence[Unit]) -> bool:
    """Whether two weak names side by side bear each other out."""
    if not may_stand_beside(sentence, mention):
        return False
    told = home.kind is not None or mention.evidence == "typed"
    if not told and home.level == "district" and not may_stand_beside(sentence, home):
        return False
    if home.level == "province":
        cued = cue_before(sentence, mention.start) is not None
        return cued or is_well_known(units) or sentence.is_capital(mention)
    if "alike" in (mention.agrees, home.agrees) and not cue_before(sentence, mention.start):
        return False
    return bool(
        cue_before(sentence, mention.start)
        or sentence.is_capital(mention)
        or mention.agrees == home.agrees == "exact"
        or (is_well_known(units) and "," in sentence.gap(home.start - 1, home.start))
        or home.end - mention.name_at >= _LONG_PAIR
    )


def _apart(sentence: Sentence, mentions: Iterable[Mention]) -> list[Mention]:
    """The best of the mentions that overlap."""
    kept: list[Mention] = []
    ranked = sorted(
        mentions,
        key=lambda m: (m.rank, m.evidence == "beside", _leads_in(sentence, m)),
        reverse=True,
    )
    for mention in ranked:
        inside = next((k for k in kept if mention.start <= k.start and k.end <= mention.end), None)
        if inside and _outgrows(mention, inside):
            kept = [k for k in kept if not (mention.start <= k.start and k.end <= mention.end)]
        if all(mention.end <= k.start or k.end <= mention.start for k in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _outgrows(mention: Mention, inside: Mention) -> bool:
    """Whether a longer name after a cue takes the place of the one within it."""
    sure = mention.evidence == "cue" and mention.agrees != "alike"
    return sure and inside.form != "short" and mention.rank[1] > inside.rank[1]


def _leads_in(sentence: Sentence, mention: Mention) -> bool:
    """Whether a word like "bên" leads in: in "o ben thanh khe" it is no part of the name."""
    cues = pw.SIDES | pw.STRONG_CUES
    before, first = sentence.sound_at(mention.start - 1), sentence.sound_at(mention.name_at)
    return before in cues and first not in cues


def _beside(sentence: Sentence, mention: Mention, admitted: Sequence[Mention]) -> tuple[Unit, ...]:
    for other in admitted:
        if other.level == "commune":
            continue
        follows = mention.end == other.start
        leads = other.end == mention.start and (
            "," in sentence.gap(other.end - 1, mention.start)
            or (other.level == "province" and (mention.form == "short" or _is_town(mention)))
        )
        if follows or leads:
            units = within(mention.units, other.units)
            if units:
                return units
    return ()


def _is_town(mention: Mention) -> bool:
    """Whether it is the name, of several words, of a former district or city."""
    district = any(unit.level == "district" for unit in mention.units)
    return district and mention.end - mention.name_at > 1


def meant(sentence: Sentence, mentions: Sequence[Mention]) -> list[Unit]:
    """What the admitted mentions mean together: finer units placed in the wider ones named."""
    mentions = _where_they_live(sentence, mentions[:_MOST_MENTIONS])
    used: set[int] = set()
    found: list[tuple[Mention, tuple[Unit, ...]]] = []
    for mention in sorted(mentions, key=lambda m: m.level != "commune"):
        units, placed = mention.units, False
        wider = [m for m in mentions if m is not mention and _is_wider(m, mention)]
        for home in sorted(wider, key=lambda m: (m.level == "province", _distance(m, mention))):
            inside = within(units, home.units)
            if inside:
                units, placed = inside, True
                used.add(home.start)
        found.append((mention, tuple(foremost(units, placed=placed))))
    chosen = [(m, units) for m, units in found if m.start not in used]
    chosen = [(m, units) for m, units in chosen if not _is_vague(m, units)]
    chosen.sort(key=lambda pair: (-pair[0].rank[0], pair[0].start))
    return [unit for _, units in chosen for unit in units]


def _where_they_live(sentence: Sentence, mentions: Sequence[Mention]) -> Sequence[Mention]:
    """Without the places passed, reached, near or left where another is said to be home."""
    at_home: list[Mention] = []
    passed, end = False, -1
    for mention in mentions:
        if mention.start != end:
            passed = (
                _is_by_the_way(sentence, mention)
                or _was_left(sentence, mention)
                or _is_origin(sentence, mention)
            )
        end = mention.end
        if not passed:
            at_home.append(mention)
    return at_home or mentions


def _is_by_the_way(sentence: Sentence, mention: Mention) -> bool:
    at = mention.start - 1
    while at >= 0 and sentence.sound_at(at) in pw.BETWEEN:
        at -= 1
    return sentence.sound_at(at) in pw.BY_THE_WAY


def _was_left(sentence: Sentence, mention: Mention) -> bool:
    """Whether it stands in "trước em ở …": somebody lives elsewhere now."""
    at = mention.start - 1
    lived = sentence.sound_at(at) in pw.LIVED
    return lived and any(sentence.sound_at(at - back) in pw.ONCE for back in (1, 2, 3))


def _is_origin(sentence: Sentence, mention: Mention) -> bool:
    """Whether it stands in "quê … giờ ở …", and was not just renamed: "quê … nay là …"."""
    if sentence.sound_at(mention.start - 1) not in pw.ORIGINS:
        return False
    after = range(mention.end, mention.end + 5)
    now = any(sentence.sound_at(at) in pw.NOW for at in after)
    return now and not any(sentence.tells_former(at) for at in after)


def _is_wider(home: Mention, mention: Mention) -> bool:
    order = ("province", "district", "commune")
    if order.index(home.level) < order.index(mention.level):
        return True
    return home.level == mention.level == "district" and any(
        unit.level == "commune" for unit in mention.units
    )


def _distance(home: Mention, mention: Mention) -> tuple[int, bool]:
    follows = home.start >= mention.end
    return (home.start - mention.end if follows else mention.start - home.end, not follows)


def _is_vague(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether it is only a number that dozens of former wards share."""
    return all(unit.name.isdigit() for unit in units) and len(units) > 8


def whole_answer(sentence: Sentence, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions that, with polite words, make up the whole answer; none where more is said."""
    loose = [
        replace(mention, evidence="answer")
        for mention in mentions
        if not is_everyday(sentence, mention) and not sentence.key(mention)[0].isdigit()
    ]
    kept = _apart(sentence, loose)
    covered = {at for mention in kept for at in range(mention.start, mention.end)}
    rest = [t for at, t in enumerate(sentence.written) if at not in covered]
    return kept if kept and all(token.sound in pw.FILLERS for token in rest) else []
