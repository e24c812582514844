"""Puts what changed into words: what changed, what it means, whether to act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from personas.changes.models import Change, Drift, Headline, PainChange, PersonaChange, StatementChange
from personas.numerals import Numerals, in_words

MOST_HEADLINES = 6
TOP = 3  # pain points that a reader remembers


def say_change(change: Change, numbers: Numerals) -> str:
    """From what to what, and by how much with its interval.

    >>> from personas.estimates import Estimate
    >>> from personas.changes.differences import compare
    >>> e = [Estimate(value=v, low=v - 2, high=v + 2, n=900, unit="points") for v in (40.0, 31.0)]
    >>> say_change(compare(None, "nps", "NPS", "higher", e[1], e[0]), Numerals()).replace(chr(160), " ")
    'from 40 points to 31 points, −9 (−12 to −6)'
    """
    now, before = numbers.value(change.now, [change.before]), numbers.value(change.before, [change.now])
    if now == before and change.now.unit == "share":
        now, before = (f"{one.value * 100:.1f}\u00a0%" for one in (change.now, change.before))
    words = f"from {before} to {now}"
    if not change.change.measured or change.change.low is None:
        return words
    if change.change.unit == "share":
        scaled = [x * 100 for x in (change.change.value, change.change.low, change.change.high)]
        value, low, high = (f"{x:+.1f}".replace("-", "−") for x in scaled)
        return f"{words}, {value} points ({low} to {high})"
    sign = "+" if change.change.value > 0 else ""
    bounds = numbers.interval(change.change)
    value = numbers.value(change.change).replace("\u00a0points", "")
    return f"{words}, {sign}{value} ({bounds})"


def headlines_of(
    personas: Sequence[PersonaChange],
    figures: Sequence[Change],
    pains: Sequence[PainChange],
    statements: Sequence[StatementChange],
    drift: Sequence[Drift],
    names: Mapping[str, str],
    numbers: Numerals,
) -> tuple[Headline, ...]:
    """What a reader is told first: personas that came, went or were redrawn, then the base, then single personas."""
    found = [
        Headline(
            what=f"{p.name}. {p.sentence}",
            meaning=p.meaning,
            act=p.act,
            persona_id=p.persona_id,
            within_chance=p.within_chance,
        )
        for p in personas
        if p.status != "same"
    ]
    found += [
        Headline(
            what=f"{p.name}: its share went {say_change(p.share, numbers)}.",
            meaning="More customers are like this." if p.share.change.value > 0 else "Fewer customers are like this.",
            act="Check that what is planned for it still has the right size.", persona_id=p.persona_id,
        )
        for p in personas
        if p.status != "changed" and p.share is not None and p.share.beyond_chance
    ]  # fmt: skip
    everywhere = _everywhere(figures, names)
    for who in (None, *names):
        own = [change for change in figures if change.persona_id == who and change.beyond_chance]
        own = [change for change in own if who is None or (change.key, change.reading) not in everywhere]
        own.sort(key=lambda change: (change.reading != "worse", change.p_adjusted, change.key))
        found += [_of_kpi(change, pains, names, numbers, everywhere) for change in own]
        found += [
            _of_pain(pain, names, numbers)
            for pain in pains
            if pain.persona_id == who and (pain.status in ("grown", "eased") or _new_on_top(pain))
        ]
    found += [_of_hint(change, numbers) for change in figures if change.persona_id is None and _hints(change)]
    turned = {(said.persona_id, said.feature) for said in statements if said.sure and said.status == "became true"}
    found += [
        _of_statement(said, names, (said.persona_id, said.feature) in turned)
        for said in statements
        if said.sure and (said.status == "became true" or (said.persona_id, said.feature) not in turned)
    ]
    found += [_of_drift(one) for one in drift if one.level != "none"]
    return tuple(found)


def _everywhere(figures: Sequence[Change], names: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """Changes of the base that most personas share, with how many: these are told once."""
    found = {}
    for base in (change for change in figures if change.persona_id is None and change.beyond_chance):
        alike = sum(
            change.persona_id is not None and change.beyond_chance
            and (change.key, change.reading) == (base.key, base.reading)
            for change in figures
        )  # fmt: skip
        if len(names) > 1 and alike > len(names) / 2:
            found[base.key, base.reading] = alike
    return found


def _hints(change: Change) -> bool:
    """Whether a change is beyond chance taken alone, but not as one of all that were compared."""
    alone = change.change.low is not None and not change.change.low <= 0 <= change.change.high
    return alone and not change.beyond_chance and change.better != "neither"


def _of_hint(change: Change, numbers: Numerals) -> Headline:
    return Headline(
        what=f"{change.label} went {say_change(change, numbers)}.",
        meaning="Taken alone this would be beyond chance; as one of all figures compared it is not.",
        act="Watch it: if it is real, the next run shows it too.", within_chance=True,
    )  # fmt: skip


def _new_on_top(pain: PainChange) -> bool:
    return pain.status == "new" and pain.rank_now is not None and pain.rank_now <= TOP


def _where(persona_id: str | None, names: Mapping[str, str]) -> str:
    return "" if persona_id is None or len(names) < 2 else f"{names[persona_id]}: "


def _of_kpi(change: Change, pains: Sequence[PainChange], names, numbers, everywhere) -> Headline:
    verb = {"better": "improved", "worse": "worsened"}.get(change.reading, f"is {change.reading},")
    what = f"{_where(change.persona_id, names)}{change.label} {verb} {say_change(change, numbers)}."
    meaning, act = "More than chance would make it.", ""
    if change.persona_id is None and (many := everywhere.get((change.key, change.reading))):
        meaning = f"More than chance would make it, and so in {in_words(many)} of {in_words(len(names))} personas."
    wanted = {"worse": "grown", "better": "eased"}.get(change.reading)
    along = [p for p in pains if p.persona_id == change.persona_id and p.status == wanted]
    if along:
        first = min(along, key=lambda pain: (pain.reach.p_adjusted, pain.key))
        meaning += f" At the same time “{first.title}” went {say_change(first.reach, numbers)}."
        meaning += " Whether one made the other is not known."
    if change.reading == "worse":
        act = f"Act: begin with “{first.title}”." if along else "Act: ask what changed for these customers since then."
    elif change.reading == "better":
        act = "Keep up what was done; what made the difference is not known without a held-out group."
    good = {"better": True, "worse": False}.get(change.reading)
    return Headline(what=what, meaning=meaning, act=act, persona_id=change.persona_id, good=good)


def _of_pain(pain: PainChange, names, numbers) -> Headline:
    where = _where(pain.persona_id, names)
    if pain.status == "new":
        return Headline(
            what=f"{where}“{pain.title}” is new among the first {in_words(TOP)} pain points, at rank {pain.rank_now}.",
            meaning="The earlier run did not find it: too few had it, or it was not asked. So it cannot be compared.",
            act="Watch: look whether it was asked before; if it was and the next run has it too, act on it.",
            persona_id=pain.persona_id, within_chance=True,
        )  # fmt: skip
    grown = pain.status == "grown"
    return Headline(
        what=f"{where}“{pain.title}” reaches {'more' if grown else 'fewer'} customers: it went "
        f"{say_change(pain.reach, numbers)}.",
        meaning="More than chance would make it.",
        act="Act: its remedy stands with the pain point." if grown else "Keep up what was done about it.",
        persona_id=pain.persona_id, good=not grown,
    )  # fmt: skip


def _of_statement(said: StatementChange, names, turned: bool) -> Headline:
    words = "Now true" if said.status == "became true" else "No longer true"
    turned = turned and said.turned
    return Headline(
        what=f"{_where(said.persona_id, names)}{words}: {said.sentence}",
        meaning="It was the other way round." if turned else "The difference from the others moved beyond chance.",
        act="Put right what was written on the strength of it.", persona_id=said.persona_id,
    )  # fmt: skip


def _of_drift(drift: Drift) -> Headline:
    size = "a great deal" if drift.level == "large" else "somewhat"
    return Headline(
        what=f"{drift.label} is distributed {size} differently ({drift.words}).",
        meaning="The customers are others or live otherwise, or the data is collected in another way."
        + (" The personas rest on it." if drift.forms else ""),
        act="Look at the source first.",
    )


def in_order(headlines: Sequence[Headline]) -> tuple[Headline, ...]:
    """What calls for action first, what chance may have done last; else as they were."""
    return tuple(sorted(headlines, key=lambda headline: (headline.within_chance, not headline.act.startswith("Act:"))))


def whole_sentence(
    headlines: Sequence[Headline], earlier: str, proposed: bool, verdict: str = "", unsure: int = 0
) -> str:
    """The whole in a sentence or two.

    verdict : what became of it, in words, "" where nothing did; unsure : personas too unstable to be followed
    """
    sure = [headline for headline in headlines if not headline.within_chance]
    waits = " Changed personas are proposed until they are accepted." if proposed else ""
    if unsure:
        many = "One persona" if unsure == 1 else f"{in_words(unsure).capitalize()} personas"
        verb = "is" if unsure == 1 else "are"
        waits = f" {many} came or went that {verb} too unstable to be followed.{waits}"
    waits = verdict + waits
    if not sure:
        return f"Nothing changed beyond chance since {earlier}.{waits}"
    worse, better = (sum(headline.good is good for headline in sure) for good in (False, True))
    many = "One thing" if len(sure) == 1 else f"{in_words(len(sure)).capitalize()} things"
    split = [f"{in_words(count)} for the {word}" for count, word in ((worse, "worse"), (better, "better")) if count]
    inside = f" ({', '.join(split)})" if split else ""
    return f"{many} changed beyond chance since {earlier}{inside}.{_calls(sure, proposed)}{waits}"


def _calls(sure: Sequence[Headline], proposed: bool) -> str:
    """Whether to act, for somebody who reads no further."""
    acts = sum(headline.act.startswith("Act:") for headline in sure)
    if acts:
        return f" {in_words(acts).capitalize()} {'calls' if acts == 1 else 'call'} for action."
    return "" if proposed else " None calls for action now."
