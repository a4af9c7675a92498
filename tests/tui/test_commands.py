"""The command table: ids, keys that do not clash, verbs, hints, search; and that every command is carried out somewhere."""

from __future__ import annotations

import itertools
import subprocess
import sys

from segtui.tui.commands import COMMANDS, LISTS, NEEDS, PANES, PLACES, command, find_verb, hints, key_table, matches

DEAD = {"ctrl+h", "ctrl+i", "ctrl+m"}
RESERVED = {"ctrl+a", "ctrl+b", "ctrl+s"}


def test_ids_are_unique_and_every_field_is_filled():
    assert len({c.id for c in COMMANDS}) == len(COMMANDS)
    for c in COMMANDS:
        assert c.title
        assert c.help.endswith(".")
        assert c.needs in NEEDS
        assert set(c.where) <= set(PLACES)
        assert c.keys or c.argument  # what has no key is typed


def test_no_key_means_two_things_in_one_place():
    for place in (*PANES, "tables", "lab", "prediction", "compare"):
        here = [c for c in COMMANDS if place in c.where or LISTS in c.where]
        for one, other in itertools.combinations(here, 2):
            assert not set(one.keys) & set(other.keys), (place, one.id, other.id)
    anywhere = [c for c in COMMANDS if c.everywhere]
    for one, other in itertools.combinations(anywhere, 2):
        assert not set(one.keys) & set(other.keys), (one.id, other.id)


def test_no_key_that_terminals_or_multiplexers_swallow():
    for c in COMMANDS:
        for key in c.keys:
            assert key not in DEAD | RESERVED
            assert not key.startswith("alt+")


def test_a_pane_key_hides_a_key_of_everywhere_only_on_purpose():
    hidden = {
        (place, key)
        for place in (*PANES, "tables")
        for c in COMMANDS
        if (place in c.where or LISTS in c.where)
        for key in c.keys
        for other in COMMANDS
        if other.everywhere and key in other.keys
    }
    # q goes back from a table and quits everywhere else; x writes what is on screen
    assert hidden == {("tables", "q"), ("tables", "x"), ("baskets", "x"), ("decide", "x")}


def test_verbs_are_found_by_word_id_and_beginning():
    assert find_verb("k") is command("set-k")
    assert find_verb("weight") is command("set-weight")
    assert find_verb("run-sweep") is command("run-sweep")
    assert find_verb("rename") is command("rename-segment")
    assert find_verb("s") is None  # several begin so


def test_hints_come_in_order_and_belong_to_the_place():
    for place in PANES:
        ranks = [c.rank for c in hints(place)]
        assert ranks == sorted(ranks)
        assert all(c.applies(place) or LISTS in c.where for c in hints(place))


def test_search_finds_by_help_and_key():
    assert command("set-weight") in matches("how loud")
    assert command("stop") in matches("ctrl+c")
    assert matches("k")[0] is command("set-k")
    assert matches("no such thing at all") == ()


def test_every_command_has_someone_who_does_it():
    from segtui.tui.opening import Opening
    from segtui.tui.panes.base import Pane
    from segtui.tui.panes.baskets import BasketsPane
    from segtui.tui.panes.choose_k import ChooseKPane
    from segtui.tui.panes.data import DataPane
    from segtui.tui.panes.decide import DecidePane
    from segtui.tui.panes.features import FeaturesPane
    from segtui.tui.panes.plots import PlotsPane
    from segtui.tui.panes.runs import RunsPane
    from segtui.tui.panes.segments import SegmentsPane
    from segtui.tui.program import Program
    from segtui.tui.screens.adoption import AdoptionView
    from segtui.tui.screens.compare import CompareView
    from segtui.tui.screens.customers import CustomersScreen
    from segtui.tui.screens.lab import LabView
    from segtui.tui.screens.prediction import PredictionView
    from segtui.tui.whatif import WhatIf

    views = (
        AdoptionView,
        BasketsPane,
        ChooseKPane,
        CompareView,
        DataPane,
        DecidePane,
        FeaturesPane,
        LabView,
        PlotsPane,
        PredictionView,
        RunsPane,
        SegmentsPane,
    )
    panes = {p.place: p for p in views}
    for c in COMMANDS:
        name = "do_" + c.id.replace("-", "_")
        doers = [*(panes[place] for place in c.where if place in panes), Program, WhatIf, Opening]
        if "tables" in c.where:
            doers.append(CustomersScreen)
        if LISTS in c.where:
            doers += [Pane, CustomersScreen]
        assert any(hasattr(doer, name) for doer in doers), c.id


def test_the_key_table_names_every_command_once():
    assert sorted(id for _, _, id, _ in key_table()) == sorted(c.id for c in COMMANDS)


def test_the_table_is_read_without_textual():
    code = "import sys, segtui.tui.commands; sys.exit(any(m.split('.')[0] in ('textual', 'rich') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
