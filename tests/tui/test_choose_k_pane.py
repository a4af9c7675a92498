"""Choose k by key and by command: its five views at every size, what is pending, failed or unknown, and what is taken up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segtui.evidence import Assessment, Later, Pick, Stability, Suggestion, Sweep, SweepRow
from segtui.results import Converged, Restart
from segtui.tui.charset import UNICODE
from segtui.tui.panes import k_table, trace_view
from segtui.tui.panes import stability_words as stab
from segtui.tui.panes.k_criteria import CRITERIA, TABULATED
from segtui.tui.panes.k_picks import disagreement
from segtui.tui.whatif import check_range
from tests.tui import fake_evidence as evidence
from tests.tui.driving import RECIPE, gone, grid, running, until
from tests.tui.fake import CUSTOMERS, ESCAPE, MARKUP, FakeEngine

VIEWS = ("criteria", "picks", "family tree", "structure", "convergence")
SIZES = [(80, 24), (100, 30), (140, 40), (60, 16)]


def rows(*ks: int, complete: bool = True, later: bool = False) -> tuple[SweepRow, ...]:
    scores = FakeEngine().scores(FakeEngine().explicit(RECIPE), 4)
    return tuple(evidence.row(k, scores, CUSTOMERS, k == ks[0], later, complete=complete) for k in ks)


async def swept(app, pilot) -> None:
    """Go to Choose k with a sweep that is complete."""
    await until(app, pilot, "exact")
    await pilot.press("3", "enter")
    await until(app, pilot, "suggested (s): k 6")


async def typed(pilot, text: str) -> None:
    await pilot.press("colon", *["space" if c == " " else c for c in text], "enter")


# -- every view at every size ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("plain", [False, True], ids=["unicode", "ascii"])
async def test_every_view_is_painted_and_named(size: tuple[int, int], plain: bool):
    engine = FakeEngine(odd=True)
    engine.failing = MARKUP + ESCAPE
    async with running(engine, size, ascii_only=plain) as (app, pilot):
        await swept(app, pilot)
        seen = {
            "criteria": "smallest",
            "picks": "favours",
            "family tree": "from k 3",
            "structure": "REPRODUCIBLE",
            "convergence": "restarts",
        }
        for name in (*VIEWS, VIEWS[0]):
            await until(app, pilot, f"[{name}]")
            shown = grid(app)
            assert seen[name] in shown
            assert not {"\x1b", "\x9b", "\u202e"} & set(shown)
            assert shown.isascii() or not plain
            assert all(len(text) <= size[0] for text in shown.splitlines())
            await pilot.press("v")


async def test_views_by_name_forward_and_back():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("3", "V")
        await until(app, pilot, "[convergence]")
        await pilot.press("v")
        await until(app, pilot, "[criteria]")
        for word, name in (
            ("tree", "family tree"),
            ("family tree", "family tree"),
            ("struct", "structure"),
            ("picks", "picks"),
        ):
            await typed(pilot, f"view {word}")
            await until(app, pilot, f"[{name}]")
        await typed(pilot, "view elbow")
        await until(app, pilot, "no view is called elbow")


async def test_before_a_sweep_three_views_say_how_to_get_one():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("3")
        for _ in range(3):
            await until(app, pilot, "No sweep yet")
            await pilot.press("v")
        await gone(app, pilot, "No sweep yet")
        await pilot.press("3", "v", "v", "enter")
        await until(app, pilot, "criteria for 11 values of k")


# -- criteria --------------------------------------------------------------------------------------------


async def test_the_table_fills_and_says_what_is_still_coming():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        with engine.held("further"):
            await pilot.press("3", "enter")
            await until(app, pilot, "a suggestion follows")
            text = next(text for text in grid(app).splitlines() if text.startswith("     7"))
            assert text.split() == ["7", ".450", "…", "4.3k", "1.05", "-92.3k", "…", "…", "…", "…", "1,088"]
            await pilot.press("v", "v")
            await until(app, pilot, "[family tree]")
            await pilot.press("a")
            await until(app, pilot, "[criteria]")
            assert "a suggestion follows once every k is computed" in grid(app)
            assert app.status.log[-1].text.startswith("no suggestion yet")
        await until(app, pilot, "suggested (s): k 6")
        text = next(text for text in grid(app).splitlines() if text.startswith("     7"))
        assert text.split() == ["7", ".450", ".309", "4.3k", "1.05", "-92.3k", ".87", ".45", ".69", ".67", "1,088"]


async def test_a_stopped_sweep_does_not_say_that_it_goes_on():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        with engine.held("further"):
            await pilot.press("3", "enter")
            await until(app, pilot, "a suggestion follows")
            await pilot.press("ctrl+c")
            await until(app, pilot, "no suggestion: the sweep was stopped")
        assert "…" not in "\n".join(grid(app).splitlines()[5:17])


async def test_a_k_that_fails_shows_why_and_no_zeros():
    engine = FakeEngine()
    engine.failing = ", and the rest of a sentence that is much too long for a table row, " * 2 + MARKUP
    async with running(engine) as (app, pilot):
        await swept(app, pilot)
        await pilot.press("G")
        await until(app, pilot, "k 12: only 11 distinct customers, and the rest of a sentence")
        text = next(text for text in grid(app).splitlines() if text.startswith(">   12"))
        assert "only 11 distinct customers" in text
        assert " 0" not in text
        await pilot.press("enter")
        await until(app, pilot, "undo: k 4→12")


async def test_the_reason_for_a_missing_value_is_below():
    async with running(FakeEngine()) as (app, pilot):
        await swept(app, pilot)
        await pilot.press(*["j"] * 7)
        await until(app, pilot, "k 9: no gap: customers of a segment do not differ at all")


async def test_later_spend_has_a_column_only_where_later_orders_are_known():
    assert [c.id for c in k_table.columns(rows(2, 3), 200)] == [c.id for c in TABULATED if c.id != "later"]
    assert [c.id for c in k_table.columns(rows(2, 3, later=True), 200)] == [c.id for c in TABULATED]


def test_the_least_telling_columns_go_first():
    known = rows(2, 3, later=True)
    assert k_table.table_width(k_table.columns(known, 80)) == 80
    assert [c.head for c in TABULATED if c not in k_table.columns(known, 79)] == ["BIC"]
    assert [c.head for c in TABULATED if c not in k_table.columns(known, 70)] == ["BIC", "ARI"]
    assert {"sil", "PS", "Jmin", "later"} <= {c.head for c in k_table.columns(known, 40)}


def test_what_is_picked_is_marked_and_inertia_never():
    sweep = Sweep(rows(2, 3, 4), evidence.picks(rows(2, 3, 4)), Suggestion(3, "because"))
    drawn = k_table.KTable(sweep, k_table.columns(sweep.rows, 80), 4, "silhouette_squared", True, UNICODE)
    texts = [drawn.row(row, "  ", "", 80).text for row in sweep.rows]
    assert texts[0].count("*") == 3  # sil² (all three the same: the first), sil, CH
    assert texts[1].startswith("     3s")
    assert texts[2].startswith("  <  4 ")
    assert all(pick.k is None for pick in sweep.picks if pick.never)
    assert "inertia" not in drawn.header().text


async def test_the_curve_comes_where_there_is_room_for_it():
    async with running(FakeEngine(), (140, 40)) as (app, pilot):
        await swept(app, pilot)
        await until(app, pilot, "silhouette, squared by k: more is better")
        assert "falls with every k: drawn, never asked" in grid(app)
        assert "picks why" in grid(app)
        await pilot.press("l")
        await until(app, pilot, "silhouette (Kaufman-Rousseeuw) by k: below .25")
        await pilot.press("h", "h")
        await until(app, pilot, "inertia by k: falls with every k: drawn, never asked")
        await typed(pilot, "criterion PS")
        await until(app, pilot, "prediction strength by k")
        await typed(pilot, "criterion elbow")
        await until(app, pilot, "no criterion is called elbow")


async def test_at_80_columns_the_curve_takes_room_and_gives_it_back():
    async with running(FakeEngine()) as (app, pilot):
        await swept(app, pilot)
        assert "BIC" in grid(app)
        await pilot.press("i")
        await until(app, pilot, "│ silhouette, squared")
        assert "BIC" not in grid(app)
        for _ in range(len(CRITERIA) - 1):  # all but later spend, of which nothing is known
            await pilot.press("i")
        await until(app, pilot, "BIC")
        assert "│ silhouette" not in grid(app)


# -- what is taken up ------------------------------------------------------------------------------------


async def test_the_suggestion_is_taken_up_and_taken_back():
    async with running(FakeEngine()) as (app, pilot):
        await swept(app, pilot)
        assert "yours: k 4; suggested (s): k 6, a takes it" in grid(app)
        assert app.session.recipe.cluster.k == 4
        await pilot.press("a")
        await until(app, pilot, "undo: k 4→6, suggested")
        await until(app, pilot, "yours: k 6; suggested (s): k 6, the same")
        await until(app, pilot, lambda: not app.session.stale)
        await pilot.press("a")
        await until(app, pilot, "k is 6 already, as suggested")
        await pilot.press("u")
        await until(app, pilot, "yours: k 4; suggested (s): k 6, a takes it")


async def test_a_pick_and_a_k_of_the_tree_are_taken_up():
    async with running(FakeEngine()) as (app, pilot):
        await swept(app, pilot)
        await pilot.press("v", "G", "enter")
        await until(app, pilot, "inertia picks no k that can be used")
        await pilot.press("g", "enter")
        await until(app, pilot, "undo: k 4→5")
        await pilot.press("v")
        await until(app, pilot, "> k 5<")
        await pilot.press("j", "j", "enter")
        await until(app, pilot, "undo: k 5→7")
        await pilot.press("v", "enter")
        await until(app, pilot, "enter uses a k in the views")


async def test_the_range_is_set_by_key_and_kept():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("3", "e")
        await until(app, pilot, "Range of k for the criteria")
        await pilot.press("ctrl+u", *"3-1")
        await until(app, pilot, "a range of k looks like 2-12")
        await pilot.press("ctrl+u", *"3-5", "enter")
        await until(app, pilot, "criteria for 3 values of k are there")
        assert [row.k for row in app.session.swept.rows] == [3, 4, 5]
        await pilot.press("e")
        await until(app, pilot, "3-5")
        await pilot.press("escape", "S")
        await until(app, pilot, lambda: not app.session.swept.rows)
        await pilot.press("K")
        await until(app, pilot, "criteria for 3 values of k are there")
        await typed(pilot, "range 2-6")
        await until(app, pilot, lambda: [row.k for row in app.session.swept.rows] == [2, 3, 4, 5, 6])


@pytest.mark.parametrize(("text", "fine"), [("2-12", True), (" 3 - 5 ", True), ("50-50", True), ("1-5", False), ("5-3", False), ("2-51", False), ("5", False), ("-", False), ("²-³", False), ("", False)])  # fmt: skip
def test_a_range_is_checked(text: str, fine: bool):
    assert (check_range(text) == "") is fine


# -- picks -----------------------------------------------------------------------------------------------


def test_the_disagreement_is_said_and_not_decided():
    def pick(id: str, k: int | None, never: bool = False) -> Pick:
        return Pick(id, id, k, "", "", never)

    said = disagreement(Sweep((), (pick("a", 3), pick("b", 2), pick("c", 3), pick("d", None), pick("e", 9, True))))
    assert said == "criteria pick 2 and 3: each favours other segments, none is right by itself"
    assert (
        disagreement(Sweep((), (pick("a", 3), pick("b", 3), pick("c", None)))) == "all 2 criteria that pick a k pick 3"
    )
    assert disagreement(Sweep((), (pick("a", 3),))) == "all 1 criterion that pick a k pick 3"
    assert disagreement(Sweep((), (pick("c", None),))) == "no criterion picks a k yet"


# -- family tree -----------------------------------------------------------------------------------------


async def test_the_tree_is_walked():
    async with running(FakeEngine()) as (app, pilot):
        await swept(app, pilot)
        await pilot.press("v", "v")
        await until(app, pilot, "A at k 4: 36.5 %, 6,728, Jaccard .85 highly stable; the same from k 3 to 4")
        assert "from k 3: A 99 %, C 1 %   to k 5: A 50 %, E 50 %" in grid(app)
        await pilot.press("l")
        await until(app, pilot, "C at k 4")
        await pilot.press("right", "right", "right")
        await until(app, pilot, "D at k 4")
        await pilot.press("k")  # where D comes from
        await until(app, pilot, "B at k 3")
        await pilot.press("j", "j")  # and on with D, for the cursor stays in its column
        await until(app, pilot, "D at k 5")
        await pilot.press("h", "h", "h", "h")
        await until(app, pilot, "A at k 5")
        await pilot.press("G")
        await until(app, pilot, "only 11 distinct customers")
        await pilot.press("k")
        await until(app, pilot, "A at k 11")


async def test_a_click_in_the_tree_finds_its_k():
    async with running(FakeEngine()) as (app, pilot):
        await swept(app, pilot)
        await pilot.press("v", "v", "g")
        await until(app, pilot, "A at k 2")
        line = next(y for y, text in enumerate(grid(app).splitlines()) if text.startswith("  k 6"))
        await pilot.click(offset=(3, line))
        await until(app, pilot, "A at k 6")


# -- structure -------------------------------------------------------------------------------------------


async def test_the_verdict_says_what_it_rests_on():
    async with running(FakeEngine(), (140, 40)) as (app, pilot):
        await until(app, pilot, "reproducible")  # in the lines above
        await typed(pilot, "view structure")
        await until(app, pilot, "REPRODUCIBLE   k 4")
        text = grid(app)
        assert "delta +.027" in text
        assert "empirical p, copula null .048  (20 draws of 4,338" in text
        assert "dip test p, Holm" in text
        assert "<.001*" in text
        assert "it has fewer than 3 different values" in text
        assert "weak (a sample of 2,000)" in text


async def test_no_verdict_says_why():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await typed(pilot, "view structure")
        await until(app, pilot, "REPRODUCIBLE")
        with engine.held("first"):
            await pilot.press("plus")
            await until(app, pilot, "k 4 shown")
            assert "REPRODUCIBLE   k 4" in grid(app)  # still about what is on screen
        await until(app, pilot, "REPRODUCIBLE   k 5")
        with engine.held("exact"):
            await pilot.press("plus")
            await until(app, pilot, "not assessed: the answer is approximate")
            await pilot.press("ctrl+c")
            await until(app, pilot, "it was stopped, and u and then U look again")
    engine = FakeEngine()
    with engine.held("assess"):
        async with running(engine) as (app, pilot):
            await until(app, pilot, "exact")
            await typed(pilot, "view structure")
            await until(app, pilot, "being computed in the background")
            await pilot.press("ctrl+c")
            await until(app, pilot, "not assessed: it was stopped; u and then U look again")


async def test_what_cannot_be_assessed_says_why():
    engine = FakeEngine()
    engine.assessed = Assessment(
        "", None, None, None, (("structure", f"too few {ESCAPE}"), ("stability", f"one {MARKUP} only"))
    )
    async with running(engine) as (app, pilot):
        await until(app, pilot, "how stable it is cannot be computed: one ACME [/bold]")
        assert any(text.startswith("> A") and " - " in text for text in grid(app).splitlines())
        await typed(pilot, "view structure")
        await until(app, pilot, "whether there is structure cannot be computed: too few")
        assert "\x1b" not in grid(app)


async def test_a_structure_without_numbers():
    engine = FakeEngine()
    whole = evidence.structure(4, [f"f{i}" for i in range(40)])
    bare = replace(
        whole,
        silhouette=None,
        null=None,
        p=None,
        jaccard=None,
        dips=(),
        notes=("With one variable there is nothing to compare.",),
    )
    engine.assessed = Assessment("", None, None, bare)
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await typed(pilot, "view structure")
        await until(app, pilot, "With one variable there is nothing to compare.")
        assert "lowest Jaccard -" in grid(app)
        assert "empirical p" not in grid(app)
    engine.assessed = Assessment("", None, None, whole)
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await typed(pilot, "view structure")
        await until(app, pilot, "REPRODUCIBLE")
        await pilot.press("G")
        await until(app, pilot, "> f39")


# -- convergence -----------------------------------------------------------------------------------------


async def test_live_iterations_and_the_restarts_after_them():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("3", "V")
        with engine.held("exact"):
            await pilot.press("plus")
            await until(app, pilot, "now  restart 1  iteration 7")
        await until(app, pilot, "converged: labels, 34 iterations")
        text = grid(app)
        assert "10 restarts, 6 within 1 % of the best, worst 11.1 % above; 1 stopped at the cap" in text
        assert "several near-equal solutions: 1 within 1 % found other segments" in text
        assert "agrees by ARI .71" in text
        assert "CAP HIT" in text


def restart(*inertias: float, alike: float | None = 1.0, ended: Converged = Converged.LABELS) -> Restart:
    return Restart(inertias, ended, alike)


def test_rivals_by_hand():
    best = restart(4.0, 2.0)
    words = trace_view.rivals
    assert words([]) == []
    assert "one restart only" in words([best])[0][0]
    assert words([best, restart(4.0, 2.01, alike=0.95)])[0][0] == (
        "2 restarts, 2 within 1 % of the best, worst 0.5 % above; none of those within 1 % found other segments"
    )
    rivals = words([best, restart(2.019, alike=0.5), restart(2.01, alike=0.7), restart(2.5, alike=0.1)])
    assert rivals[0][0] == "4 restarts, 3 within 1 % of the best, worst 25.0 % above"
    assert rivals[1][0].endswith("2 within 1 % found other segments; the best of them agrees by ARI .70")
    assert "was not compared" in words([restart(2.0, alike=None), restart(2.0, alike=None)])[0][0]
    assert words([restart(0.0), restart(0.0)])[0][0].startswith("2 restarts, 2 within 1 %")


def test_a_path_falls_from_the_highest_start_to_the_best_end():
    assert trace_view.falling((9.0, 5.0, 1.0), 1.0, 9.0, "12345", 10) == "531"
    assert trace_view.falling((1.0, 1.0), 1.0, 1.0, "12345", 10) == "11"
    assert trace_view.falling((), 1.0, 9.0, "12345", 10) == ""
    long = trace_view.falling(tuple(float(100 - i) for i in range(100)), 1.0, 100.0, "12345", 12)
    assert len(long) <= 12
    assert (long[0], long[-1]) == ("5", "1")


# -- stability in the Segments pane ----------------------------------------------------------------------


async def test_segments_show_how_stable_they_are():
    engine = FakeEngine()
    with engine.held("assess"):
        async with running(engine) as (app, pilot):
            await until(app, pilot, "exact")
            assert "Stab" in grid(app)
            assert "comes back" not in grid(app)
    async with running(engine) as (app, pilot):
        await until(app, pilot, "comes back: Jaccard .85, highly stable (20 draws of 4,338); sil² .61")
        shown = [text for text in grid(app).splitlines() if text[2:4] in ("A ", "B ", "C ", "D ")]
        assert [text.split()[next(i for i, w in enumerate(text.split()) if w.endswith("+"))] for text in shown] == [
            ".85+",
            ".99+",
            ".97+",
            ".91+",
        ]


def test_bands_have_signs_of_their_own():
    assert [stab.figure(value) for value in (0.93, 0.85, 0.8, 0.7, 0.5, 1.0, None)] == [
        ".93+",
        ".85+",
        ".80=",
        ".70?",
        ".50!",
        "1.00+",
        "",
    ]
    assert stab.column(None, 0) == ""
    assert stab.column(Assessment("", None, None, None), 0) == "-"
    known = Assessment("", None, Stability((0.9,), (0.0,), (), 20, 100), None)
    assert stab.column(known, 0) == ".90+"
    assert stab.column(known, 5) == "-"
    assert stab.sentence(None, 0, "sil²") == ""


# -- copying ---------------------------------------------------------------------------------------------


async def test_every_view_is_copied_as_a_table():
    engine = FakeEngine(odd=True)
    engine.failing = ESCAPE
    async with running(engine) as (app, pilot):
        await swept(app, pilot)
        pane = app.screen.pane
        heads = (
            "k\tsilhouette_squared\tsilhouette",
            "criterion\tk\twhy",
            "k\tsegment\tcustomers",
            "verdict\treproducible",
            "restart\titerations",
        )
        counts = (12, 13, 66, 18, 11)
        for head, count in zip(heads, counts, strict=True):
            text, what = pane.copied(True)
            assert text.startswith(head)
            assert len(text.splitlines()) == count
            assert what
            one, _ = pane.copied(False)
            assert len(one.splitlines()) == 1
            assert "\x1b" not in text + one
            await pilot.press("v")
        await pilot.press("j", "j")
        assert pane.copied(False)[0].split("\t")[:3] == ["4", "0.5", "0.337"]


def test_later_is_read_and_written():
    one = next(c for c in CRITERIA if c.id == "later")
    row = replace(rows(2)[0], later=Later(None, 0.1))
    assert one.cell(row, "…") == "-"
    assert one.cell(replace(row, later=Later(0.2, 0.1)), "…") == ".200"


async def test_keys_work_again_after_the_window_was_too_small():
    async with running(FakeEngine()) as (app, pilot):
        await swept(app, pilot)
        await pilot.resize_terminal(60, 12)
        await until(app, pilot, "Enlarge")
        await pilot.resize_terminal(80, 24)
        await gone(app, pilot, "Enlarge")
        await pilot.press("v")
        await until(app, pilot, "[picks]")
