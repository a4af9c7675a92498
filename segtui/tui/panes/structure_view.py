"""Is there structure? The verdict on the segments on screen, what it means, and the numbers behind it."""

from __future__ import annotations

from segtui.evidence import MODES, Assessment, Dip, Silhouettes, Structure, band, reading
from segtui.session.events import ASSESSING
from segtui.tui import format as fmt
from segtui.tui.panes import stability_words as stab
from segtui.tui.panes.k_table import fitted
from segtui.tui.panes.view import View, table
from segtui.tui.widgets.ink import BLANK, Line, Run, line, wrap

NAME = 30
AGAIN = "u and then U look again"


class StructureView(View):
    """Rows are the columns tested for more than one mode."""

    name = "structure"

    @property
    def structure(self) -> Structure | None:
        found = self.session.assessment if self.session else None
        return found.structure if found else None

    @property
    def dips(self) -> tuple[Dip, ...]:
        return self.structure.dips if self.structure else ()

    def row_count(self) -> int:
        return len(self.dips)

    def chosen_k(self) -> tuple[int | None, str]:
        return None, "enter uses a k in the views criteria, picks and family tree: v goes there"

    def paint(self, width: int, height: int) -> list[Line]:
        text = width - 1
        assessment = self.session.assessment if self.session else None
        found = self.structure
        if assessment is None or found is None:
            return wrap(self._why_not(assessment), text, "warn", "  ")
        top = [*_verdict(found, text), *_numbers(found, assessment.silhouettes, text)]
        top = top[: max(3, height - 4)]
        notes = [part for note in found.notes for part in wrap(fmt.clean(note), text, "dim", "  ")]
        room = height - len(top)
        if not found.dips:
            return [*top, *fitted(notes, room, self.signs.ellipsis)][:height]
        listed = max(min(len(found.dips), 3), min(len(found.dips), room - 1 - len(notes)))
        lines = [*top, _head(width)]
        self.first_row_y = len(lines)
        lines += [self._dip(i, width) for i in self.cursor.window(len(found.dips), listed)]
        rest = height - len(lines)
        gap = [BLANK] if rest > len(notes) else []
        return [*lines, *fitted([*gap, *notes], rest, self.signs.ellipsis)][:height]

    def _dip(self, i: int, width: int) -> Line:
        dip = self.dips[i]
        runs: list[Run] = [
            (self.pane.mark(i), ""),
            (fmt.pad(fmt.clean(dip.column), NAME, ellipsis=self.signs.ellipsis), ""),
        ]
        if dip.reason:
            return line(
                *runs, (fmt.clean(dip.reason, width - NAME - 3, self.signs.ellipsis), "dim"), ground=self.pane.ground(i)
            )
        for p in (dip.original, dip.scaled):
            star, role = ("*", "good bold") if p is not None and p < MODES else (" ", "")
            runs += [(f"{p_text(p):>9}", role), (f"{star}", role)]
        return line(*runs, (f"  {_modes(dip)}", "dim"), ground=self.pane.ground(i))

    def _why_not(self, assessment: Assessment | None) -> str:
        """Why there is no verdict, and what happens next."""
        if assessment is not None:
            why = dict(assessment.reasons).get("structure", "no reason was given")
            return f"whether there is structure cannot be computed: {fmt.clean(why)}"
        session, answer = self.session, self.answer
        if session is None or answer is None:
            return "not assessed: there are no segments yet"
        more, running = self.signs.ellipsis, session.busy or session.background
        if session.stale:
            return "not assessed: the segments on screen are of an earlier recipe" + (more if running else "")
        if not answer.exact:
            wait = f"it is being refined{more}" if running else f"it was stopped, and {AGAIN}"
            return f"not assessed: the answer is approximate, and only a converged one is looked at; {wait}"
        if session.background == ASSESSING and not session.busy:
            return (
                f"being computed in the background: how stable the segments are, and whether there is structure{more}  "
                "(ctrl+c stops)"
            )
        return f"not assessed yet: {running} comes first{more}" if running else f"not assessed: it was stopped; {AGAIN}"

    def copied(self, whole: bool) -> tuple[str, str]:
        found = self.structure
        if found is None:
            return "", ""
        cells: list[tuple[object, ...]] = [
            (fmt.clean(d.column), d.original, d.scaled, fmt.clean(d.reason)) for d in found.dips
        ]
        if not whole:
            here = cells[self.cursor.at : self.cursor.at + 1]
            return (table((), here), "the dip test") if here else ("", "")
        numbers: list[tuple[object, ...]] = [
            ("verdict", str(found.verdict)),
            ("k", found.k),
            ("silhouette_squared", found.silhouette),
            ("copula_null_mean", found.null),
            ("delta", found.delta),
            ("empirical_p_copula_null", found.p),
            ("draws", found.draws),
            ("customers", found.rows),
            ("lowest_jaccard", found.jaccard),
        ]
        head = ("column", "dip_p_holm_original", "dip_p_holm_scaled", "reason")
        return table((), numbers) + "\n" + table(head, cells), "the verdict"


def _verdict(found: Structure, width: int) -> list[Line]:
    meaning = wrap(fmt.clean(found.meaning), width, "", "")
    return [line((f"{str(found.verdict).upper()}", "title"), (f"   k {found.k}", "dim")), *meaning]


def _numbers(found: Structure, plain: Silhouettes | None, width: int) -> list[Line]:
    """The silhouette against the copula null, and the least stable segment."""
    own, null, delta = fmt.score(found.silhouette), fmt.score(found.null), fmt.change(found.delta)
    against: list[Run] = [
        ("silhouette, squared ", "dim"),
        (own, "bold"),
        ("   copula null ", "dim"),
        (f"{null}", "bold"),
        ("   delta ", "dim"),
        (delta, "bold"),
    ]
    lines = [line(*against)] if found.silhouette is not None else []
    if found.p is not None:
        same = f"  ({fmt.plural(found.draws, 'draw')} of {fmt.count(found.rows)}; margins, correlations kept)"
        lines.append(
            line(
                ("empirical p, copula null ", "dim"),
                (p_text(found.p), "bold"),
                (fmt.cut(same, width - 25 - len(p_text(found.p))), "dim"),
            )
        )
    lowest: list[Run] = [("lowest Jaccard ", "dim"), (fmt.score(found.jaccard, 2), "bold")]
    if found.jaccard is not None:
        lowest.append((f", {band(found.jaccard)}", stab.role(found.jaccard)))
    lines.append(line(*lowest))
    if plain is not None:
        of = f"{'a sample of ' if plain.sampled else ''}{fmt.count(plain.rows)}"
        value = (fmt.score(plain.euclidean, 2), "bold")
        lines.append(
            line(("silhouette (Kaufman-Rousseeuw) ", "dim"), value, (f", {reading(plain.euclidean)} ({of})", ""))
        )
    return lines


def _head(width: int) -> Line:
    head = f"  {'dip test p, Holm':<{NAME}}{'original':>9} {'scaled':>9}   * below {fmt.score(MODES, 2)}"
    return line((fmt.cut(head, width, ""), "dim under"))


def _modes(dip: Dip) -> str:
    """What the two tests of a column come to."""
    original = dip.original is not None and dip.original < MODES
    scaled = dip.scaled is not None and dip.scaled < MODES
    if original:
        return "more than one mode"
    if scaled:
        return "only as transformed"
    return f"jittered by {fmt.number(dip.jitter)}" if dip.jitter else ""


def p_text(p: float | None) -> str:
    """A p value; none is ever 0."""
    if p is None:
        return fmt.NOTHING
    return "<.001" if p < 0.001 else fmt.score(p)
