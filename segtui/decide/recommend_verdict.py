"""The gate: which methods are offered for which purpose, and why, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from segtui.decide.recommend_methods import suits
from segtui.decided.recommendations import Interval, Method, Protocol, Purpose, Standing, Trial, Verdict


def verdicts(
    trials: Sequence[Trial], standings: Sequence[Standing], methods: Sequence[Method] = tuple(Method)
) -> tuple[Verdict, ...]:
    """A verdict for each of `methods` but popularity, for both purposes; offered ones first, the best first."""
    refusals = [one.refusal for one in trials if one.refusal]
    found = []
    for purpose in (Purpose.AGAIN, Purpose.NEW):
        given = [
            (_verdict(method, purpose, standings, refusals), _strength(method, purpose, standings))
            for method in methods
            if method is not Method.POPULARITY
        ]
        given.sort(key=lambda one: (not one[0].offered, -one[1]))
        found += [one for one, _ in given]
    return tuple(found)


def clears(method: Interval, popularity: Interval) -> bool:
    """Whether an interval lies wholly above popularity's."""
    return method.low > popularity.high


def _of(standings: Sequence[Standing], method: Method, purpose: Purpose) -> dict[Protocol, Standing]:
    return {one.protocol: one for one in standings if (one.method, one.purpose) == (method, purpose)}


def _strength(method: Method, purpose: Purpose, standings: Sequence[Standing]) -> float:
    """hit@10 by the time split, which is the truth; by the last basket where there is none."""
    by = _of(standings, method, purpose)
    for protocol in (Protocol.TIME, Protocol.LAST):
        if protocol in by:
            return by[protocol].overall.hit.value
    return 0.0


def _verdict(method: Method, purpose: Purpose, standings: Sequence[Standing], refusals: Sequence[str]) -> Verdict:
    if not suits(method, purpose):
        return Verdict(method, purpose, False, "it knows only what the customer bought before")
    mine, least = _of(standings, method, purpose), _of(standings, Method.POPULARITY, purpose)
    both = [one for one in (Protocol.TIME, Protocol.LAST) if one in mine and one in least]
    if not both:
        return Verdict(
            method, purpose, False, "not judged: " + (refusals[0] if refusals else _why_not(method, purpose))
        )
    told = [(one, mine[one].overall.hit, least[one].overall.hit) for one in both]
    short = [one for one in told if not clears(one[1], one[2])]
    if short:
        protocol, ours, theirs = short[0]
        return Verdict(method, purpose, False, f"not clearly above popularity: {_words(protocol, ours, theirs)}")
    return Verdict(method, purpose, True, "above popularity: " + "; ".join(_words(*one) for one in told))


def _why_not(method: Method, purpose: Purpose) -> str:
    if method is Method.SEGMENT:
        return "there are no segments made of the past alone"
    kind = "bought before" if purpose is Purpose.AGAIN else "new to them"
    return f"too few customers bought something {kind} in the basket held back"


def _words(protocol: Protocol, ours: Interval, theirs: Interval) -> str:
    """ "hit@10 of 39.7 % (37.8 to 41.6) against 23.0 % (21.4 to 24.7), last basket"."""
    return f"hit@10 of {_share(ours)} against {_share(theirs)}, {protocol}"


def _share(one: Interval) -> str:
    return f"{one.value * 100:.1f} % ({one.low * 100:.1f} to {one.high * 100:.1f})"
