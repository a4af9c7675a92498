"""Every command in one table: bindings, key hints, command line, help screen and `segtui keys` are read from it.

Importable without Textual, so that the command line can print the keys and the config can be checked against them.
"""

from __future__ import annotations

from dataclasses import dataclass

EVERYWHERE = "everywhere"
PANES = ("data", "features", "choose_k", "segments", "plots", "baskets", "decide", "runs")
"""The panes in tab order; a command's `where` names panes, EVERYWHERE, or one of the other places below."""

LISTS = "lists"
"""Every list and table one can move in."""
LAB = "lab"
"""The scaling lab."""
PREDICTION = "prediction"
"""What segments know of later orders."""
ADOPTION = "adoption"
"""Segments by the rules of a tree."""
COMPARE = "compare"
"""Who moved between two runs."""
TABLES = "tables"
"""Full-screen tables (customers, rows left out)."""

PLACES = {
    EVERYWHERE: "Everywhere",
    LISTS: "In lists and tables",
    "data": "Data",
    "features": "Features",
    "choose_k": "Choose k",
    "segments": "Segments",
    "plots": "Plots",
    "baskets": "Baskets",
    "decide": "Decide",
    "runs": "Runs",
    LAB: "Scaling lab",
    PREDICTION: "Does it predict",
    ADOPTION: "Segments by rules",
    COMPARE: "Compare",
    TABLES: "Customers and other tables",
}
"""Where a command applies, as a heading, in the order of the help screen."""

NEEDS = {
    "": "",
    "data": "open a file first",
    "baskets": "these data have no baskets",
    "customers": "this table has baskets and no customers",
    "answer": "there is no segmentation yet",
    "idle": "wait for the running job, or stop it with ctrl+c",
}
"""What must be there before a command can run, and what is said when it is not."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do.

    id: stable name, used in `[keys]` of the config. keys: key names as Textual knows them, first one shown; empty for
    what is typed on the command line unless the config gives it a key.
    title: one or two words for the hint bar. help: one sentence. where: EVERYWHERE, LISTS, TABLES or pane names.
    needs: a key of NEEDS. verb: the word on the command line (the id where empty); argument: what follows it.
    rank: place in the hint bar, lowest first; 0 keeps it out. priority: works before the focused widget sees the key.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    where: tuple[str, ...] = (EVERYWHERE,)
    needs: str = ""
    verb: str = ""
    argument: str = ""
    rank: int = 0
    priority: bool = False

    @property
    def word(self) -> str:
        """What to type on the command line."""
        return self.verb or self.id

    @property
    def everywhere(self) -> bool:
        return EVERYWHERE in self.where

    def applies(self, place: str) -> bool:
        """Whether the command works in this place."""
        return self.everywhere or place in self.where


def _c(
    id: str,
    keys: str,
    title: str,
    help: str,
    where: str = EVERYWHERE,
    *,
    needs: str = "",
    verb: str = "",
    argument: str = "",
    rank: int = 0,
    priority: bool = False,
) -> Command:
    places = tuple(where.split())
    return Command(id, tuple(keys.split()), title, help, places, needs, verb, argument, rank, priority)


COMMANDS: tuple[Command, ...] = (
    # -- what if: these work from every pane ---------------------------------------------------------------
    _c("more-segments", "plus equals_sign", "k up", "One segment more.", needs="customers", rank=1),
    _c("fewer-segments", "minus", "k down", "One segment fewer.", needs="customers", rank=2),
    _c("set-k", "ctrl+k", "set k", "Set the number of segments.", needs="customers", verb="k", argument="N"),
    _c(
        "run-sweep",
        "K",
        "sweep k",
        "Compute the criteria for a range of k in the background; Choose k shows them.",
        needs="customers",
        verb="sweep",
        argument="[LOW-HIGH]",
        rank=16,
    ),
    _c("undo", "u", "undo", "Go back to the recipe before the last change.", needs="data", rank=20),
    _c("redo", "ctrl+r U", "redo", "Take back an undo.", needs="data", rank=40),
    _c(
        "set-seed",
        "R",
        "seed",
        "Set the seed of the random starts.",
        needs="customers",
        verb="seed",
        argument="N",
        rank=64,
    ),
    _c(
        "set-restarts",
        "r",
        "restarts",
        "Set how many k-means++ starts are tried (0: as the size of the data asks).",
        needs="customers",
        verb="restarts",
        argument="N",
        rank=65,
    ),
    _c(
        "set-max-iter",
        "M",
        "max_iter",
        "Set the cap on k-means iterations.",
        needs="customers",
        verb="max_iter",
        argument="N",
        rank=66,
    ),
    _c(
        "cycle-scale",
        "S",
        "scale all",
        "Scale all features the next way: auto, z, robust, log, quantile, none.",
        needs="customers",
        verb="scale",
        argument="auto|z|robust|log|quantile|none",
        rank=63,
    ),
    _c(
        "set-baseline",
        "b",
        "baseline",
        "Keep the letters of this exact answer as the baseline for later ones.",
        needs="answer",
        rank=67,
    ),
    _c(
        "stop",
        "ctrl+c",
        "stop",
        "Stop the running job; what stood before still stands. Twice within 2 seconds: quit.",
        rank=70,
        priority=True,
    ),
    # -- panes ---------------------------------------------------------------------------------------------
    _c("go-data", "1", "Data", "Go to Data: the source, its columns, rows left out.", verb="data"),
    _c("go-features", "2 f", "Features", "Go to Features: who votes, how loud, on which scale.", verb="features"),
    _c("go-choose-k", "3", "Choose k", "Go to Choose k: how many, are they real, will they hold.", verb="choose-k"),
    _c("go-segments", "4", "Segments", "Go to Segments: who they are.", verb="segments"),
    _c(
        "go-plots",
        "5",
        "Plots",
        "Go to Plots: customer map, sizes, distributions, centroids, convergence.",
        verb="plots",
    ),
    _c("go-baskets", "6", "Baskets", "Go to Baskets: what is bought together, and by whom.", verb="baskets"),
    _c("go-decide", "7", "Decide", "Go to Decide: what to do with each segment, with what proof.", verb="decide"),
    _c("go-runs", "8", "Runs", "Go to Runs: the history with its scores.", verb="runs"),
    _c(
        "next-pane",
        "tab",
        "next pane",
        "Go to the next pane.",
        "data features choose_k segments plots baskets decide runs",
    ),
    _c(
        "previous-pane",
        "shift+tab",
        "previous pane",
        "Go to the pane before.",
        "data features choose_k segments plots baskets decide runs",
    ),
    # -- one pane ------------------------------------------------------------------------------------------
    _c(
        "toggle-step",
        "space",
        "on/off",
        "Switch the cleaning step or the loose ids under the cursor; show or hide a table's columns.",
        "data",
        needs="data",
        verb="step",
        argument="[STEP on|off]",
        rank=5,
    ),
    _c(
        "change-data",
        "e",
        "change",
        "Change what is under the cursor: a table's kind, a column's role, the snapshot, the holdout.",
        "data",
        needs="data",
        verb="change",
        rank=6,
    ),
    _c(
        "next-reading",
        "d",
        "reading",
        "Read the column under the cursor another way: day or month first, as text.",
        "data",
        needs="data",
        verb="reading",
        argument="[COLUMN] HOW",
        rank=7,
    ),
    _c(
        "count-steps",
        "c",
        "count",
        "Count the order lines that each cleaning step would leave out.",
        "data",
        needs="customers",
        verb="count",
        rank=8,
    ),
    _c(
        "browse-customers",
        "enter",
        "browse",
        "Browse all customers; on a cleaning step the lines it leaves out.",
        "data",
        needs="customers",
        rank=10,
    ),
    _c(
        "browse-left-out",
        "l",
        "left out",
        "Show the input rows that are no customer, or the lines a cleaning step leaves out.",
        "data",
        needs="customers",
        verb="left-out",
        rank=11,
    ),
    _c(
        "set-role",
        "",
        "role",
        "Say what a column stands for; auto: as found, none: nothing.",
        "data",
        needs="data",
        verb="role",
        argument="[COLUMN] ROLE",
    ),
    _c(
        "set-kind",
        "",
        "kind",
        "Say what a table holds, such as orders; auto: as found.",
        "data",
        needs="data",
        verb="kind",
        argument="[TABLE] KIND",
    ),
    _c(
        "set-snapshot",
        "",
        "snapshot",
        "Set the day that features look back from; auto: the day after the last order.",
        "data",
        needs="data",
        verb="snapshot",
        argument="DATE|auto",
    ),
    _c(
        "set-holdout",
        "",
        "holdout",
        "Keep the orders of so many days apart for checking; 0: none.",
        "data",
        needs="data",
        verb="holdout",
        argument="DAYS",
    ),
    _c(
        "set-loose-ids",
        "",
        "loose ids",
        "Take ids that differ only in type or padding for the same, or not.",
        "data",
        needs="data",
        verb="loose-ids",
        argument="on|off",
    ),
    _c(
        "toggle-feature",
        "space enter",
        "on/off",
        "Switch the feature under the cursor on or off.",
        "features",
        needs="customers",
        verb="feature",
        argument="NAME",
        rank=10,
    ),
    _c(
        "set-weight",
        "w",
        "weight",
        "Set how loud the feature under the cursor votes.",
        "features",
        needs="customers",
        verb="weight",
        argument="[NAME] W",
        rank=11,
    ),
    _c(
        "cycle-transform",
        "s",
        "transform",
        "Scale the feature under the cursor the next way.",
        "features",
        needs="customers",
        verb="transform",
        argument="[NAME] HOW",
        rank=12,
    ),
    _c(
        "lighter",
        "less_than_sign",
        "lighter",
        "Weigh the feature under the cursor one step less.",
        "features",
        needs="customers",
        rank=21,
    ),
    _c(
        "heavier",
        "greater_than_sign",
        "heavier",
        "Weigh the feature under the cursor one step more.",
        "features",
        needs="customers",
        rank=19,
    ),
    _c(
        "reset-features",
        "d",
        "proposal",
        "Go back to the proposed features, transforms and weights.",
        "features",
        needs="customers",
        verb="reset-features",
        rank=18,
    ),
    _c(
        "take-as",
        "e",
        "take as",
        "Take the feature under the cursor for numbers, an ordered scale, levels, or several labels in a cell.",
        "features",
        needs="customers",
        argument="[NAME] numeric|ordinal|nominal|labels|auto",
        rank=13,
    ),
    _c(
        "set-order",
        "O",
        "order",
        "Put the levels of the feature under the cursor in order, from lowest to highest.",
        "features",
        needs="customers",
        verb="order",
        argument="[NAME =] LEVEL < LEVEL < LEVEL",
        rank=15,
    ),
    _c(
        "set-missing",
        "n",
        "no value",
        "Say what is done about customers without a value in the feature under the cursor.",
        "features",
        needs="customers",
        verb="missing",
        argument="[NAME] POLICY",
        rank=14,
    ),
    _c(
        "apply-suggestion",
        "a",
        "as suggested",
        "Switch the feature under the cursor off, where that is suggested.",
        "features",
        needs="answer",
        verb="as-suggested",
        argument="[NAME]",
        rank=15,
    ),
    _c(
        "apply-suggestions",
        "A",
        "all suggested",
        "Switch off every feature for which that is suggested.",
        "features",
        needs="answer",
        verb="all-suggested",
        rank=24,
    ),
    _c(
        "winsorise",
        "W",
        "extremes",
        "Hold extreme values at the 0.5 and 99.5 % points, or not.",
        "features",
        needs="customers",
        argument="[on|off|auto]",
        rank=22,
    ),
    _c(
        "set-trim",
        "T",
        "trim",
        "Set aside the share of customers that are farthest from every centre; 0: nobody.",
        "features",
        needs="customers",
        verb="trim",
        argument="PERCENT",
        rank=23,
    ),
    _c(
        "scaling-lab",
        "L",
        "scaling lab",
        "Compare the segments that every scale of the same features gives.",
        "features",
        needs="answer",
        verb="lab",
        rank=17,
    ),
    _c(
        "use-scale",
        "enter space",
        "use this scale",
        "Scale all features as in the row under the cursor.",
        LAB,
        needs="answer",
        rank=10,
    ),
    _c("leave-lab", "L", "leave the lab", "Go back to the features.", LAB),
    _c(
        "use-k",
        "enter space",
        "use this k",
        "Use the k under the cursor; where there is no sweep yet, compute one.",
        "choose_k",
        needs="customers",
        rank=10,
    ),
    _c(
        "use-suggestion",
        "a",
        "suggested k",
        "Use the k that the rule suggests after a sweep; its reason stands beside your own k.",
        "choose_k",
        needs="customers",
        rank=11,
    ),
    _c(
        "next-view",
        "v",
        "next view",
        "Show the next view (Choose k: criteria … convergence; Baskets: rules … network; Decide: segment … recommend).",
        "choose_k baskets decide",
        verb="view",
        argument="NAME",
        rank=7,
    ),
    _c("previous-view", "V", "view before", "Show the view before.", "choose_k baskets decide"),
    _c(
        "set-sweep-range",
        "e",
        "range",
        "Set the range of k and compute the criteria for it.",
        "choose_k",
        needs="customers",
        verb="range",
        argument="LOW-HIGH",
        rank=15,
    ),
    _c(
        "does-it-predict",
        "p",
        "predict?",
        "Compare what segments know of later orders: every k, scale and set of features.",
        "choose_k",
        needs="answer",
        rank=14,
    ),
    _c(
        "next-segment",
        "l right",
        "right",
        "Go to the segment, or the criterion, on the right.",
        "choose_k baskets decide",
    ),
    _c(
        "previous-segment",
        "h left",
        "left",
        "Go to the segment, or the criterion, on the left.",
        "choose_k baskets decide",
    ),
    _c(
        "use-row",
        "enter space",
        "use this",
        "Use the scale, or the features, of the row under the cursor.",
        PREDICTION,
        needs="answer",
        rank=10,
    ),
    _c("next-outcome", "i", "spend/active", "Show later spend, or whether they ordered at all.", PREDICTION, rank=12),
    _c("leave-prediction", "p", "leave", "Go back to Choose k.", PREDICTION),
    _c(
        "open-segment",
        "enter",
        "customers",
        "Browse the customers of the segment under the cursor.",
        "segments",
        needs="answer",
        rank=10,
    ),
    _c(
        "rename-segment",
        "e",
        "rename",
        "Name the segment under the cursor (empty: the automatic name).",
        "segments",
        needs="answer",
        verb="name",
        argument="[LETTER] NAME",
        rank=11,
    ),
    _c(
        "cycle-measure",
        "i",
        "mean/index",
        "Show means, indexes (100 = average), differences, medians, spreads, points or missing.",
        "segments",
        needs="answer",
        verb="measure",
        rank=12,
    ),
    _c(
        "sort-segments",
        "s",
        "sort",
        "Sort the segments by a column; the same again turns it round.",
        "segments",
        needs="answer",
        verb="sort",
        argument="[COLUMN]",
        rank=13,
    ),
    _c(
        "segments-by-rules",
        "a",
        "by rules",
        "See what the rules of a tree would make of the segments, and adopt them; with a number, adopt so many each.",
        "segments",
        needs="answer",
        verb="tree",
        argument="[0|1|2|3]",
        rank=14,
    ),
    _c(
        "use-tree",
        "enter space",
        "adopt",
        "Take the rules under the cursor for the segmentation, or k-means as it is.",
        ADOPTION,
        needs="answer",
        rank=10,
    ),
    _c("leave-adoption", "a", "leave", "Go back to the segments.", ADOPTION),
    _c(
        "next-criterion",
        "i",
        "criterion",
        "Draw the next criterion.",
        "choose_k",
        needs="customers",
        verb="criterion",
        argument="[NAME]",
        rank=12,
    ),
    _c("scroll-left", "h left", "left", "Show the columns further left.", f"segments {COMPARE} {TABLES}"),
    _c("scroll-right", "l right", "right", "Show the columns further right.", f"segments {COMPARE} {TABLES}"),
    _c(
        "next-plot", "p right_square_bracket right l", "next plot", "Show the next plot.", "plots", verb="plot", rank=10
    ),
    _c("previous-plot", "left_square_bracket left h", "plot before", "Show the plot before.", "plots"),
    _c(
        "next-axes",
        "a",
        "axes",
        "Next pair of axes of the customer map; next feature of the distribution.",
        "plots",
        needs="answer",
        verb="axes",
        argument="[X Y|FEATURE]",
        rank=11,
    ),
    _c(
        "next-form",
        "v",
        "form",
        "Next form: histogram, box, ridge; of the heat map differences, indexes, means.",
        "plots",
        needs="answer",
        verb="form",
        argument="[NAME]",
        rank=13,
    ),
    _c("previous-form", "V", "form before", "Form of the plot before.", "plots", needs="answer"),
    _c("scroll-plot-right", "greater_than_sign", "right", "Show the columns further right.", "plots", needs="answer"),
    _c("scroll-plot-left", "less_than_sign", "left", "Show the columns further left.", "plots", needs="answer"),
    _c(
        "plot-svg",
        "s",
        "SVG",
        "Write the plot to an SVG file, for a browser, a document or print.",
        "plots",
        needs="answer",
        verb="svg",
        argument="[PATH]",
        rank=14,
    ),
    _c(
        "list-misfits",
        "enter",
        "misfits",
        "List the customers nearer to another segment than to their own (silhouettes).",
        "plots",
        needs="answer",
        rank=12,
    ),
    _c("previous-axes", "A", "axes before", "Pair of axes, or feature, before.", "plots", needs="answer"),
    _c(
        "go-to-run",
        "enter",
        "go to run",
        "Go to the recipe of the run under the cursor.",
        "runs",
        needs="data",
        verb="run",
        argument="N",
        rank=10,
    ),
    _c(
        "compare",
        "c",
        "compare",
        "Compare the current run with the one before (Runs: with the run under the cursor), or with a labelled file.",
        "segments features choose_k plots runs",
        needs="answer",
        argument="[N [M]|FILE]",
        rank=31,
    ),
    # -- baskets -------------------------------------------------------------------------------------------
    _c(
        "open-baskets",
        "enter",
        "baskets",
        "Show the baskets of the rule under the cursor; where there are no rules yet, look for them.",
        "baskets",
        needs="baskets",
        verb="rule-baskets",
        rank=10,
    ),
    _c(
        "change-cutoffs",
        "e",
        "cut-offs",
        "Change a cut-off: support, count, confidence, lift, length, consequents, what an item is.",
        "baskets",
        needs="baskets",
        verb="cut-offs",
        rank=6,
    ),
    _c(
        "filter-rules",
        "slash",
        "filter",
        "Show rules with a text (from:TEXT to:TEXT len:N seg:A lift>2 conf>=.5 count>100; with nothing typed all).",
        "baskets",
        needs="baskets",
        verb="filter",
        argument="[TEXT] [from:TEXT] [to:TEXT] [len:N] [seg:A] [lift>N]",
        rank=11,
    ),
    _c(
        "sort-rules",
        "s",
        "sort",
        "Sort rules by a measure.",
        "baskets",
        needs="baskets",
        argument="[MEASURE]",
        rank=12,
    ),
    _c(
        "hide-families",
        "w",
        "families",
        "Hide rules within a family (one category, or names of one stem), or show them.",
        "baskets",
        needs="baskets",
        rank=13,
    ),
    _c(
        "fold-rules",
        "d",
        "fold",
        "Fold rules of nearly the same baskets behind the first of them, or not.",
        "baskets",
        needs="baskets",
        rank=14,
    ),
    _c(
        "next-use",
        "p",
        "reading",
        "Read all rules, bundles (sides that go together both ways) or prompts (the first is common, or no dearer).",
        "baskets",
        needs="baskets",
        verb="read-as",
        rank=15,
    ),
    _c(
        "productive-rules",
        "P",
        "productive",
        "Show only rules of which every item before the arrow adds to the confidence (tested), or all.",
        "baskets",
        needs="baskets",
        verb="productive",
        rank=18,
    ),
    _c(
        "items-or-rules",
        "i",
        "items/rules",
        "Show the items, or the rules, that mark a segment out.",
        "baskets",
        needs="answer",
        rank=16,
    ),
    _c(
        "shuffle",
        "C",
        "shuffles",
        "Hold the rules against shuffled baskets, or stop that.",
        "baskets",
        needs="baskets",
        rank=18,
    ),
    _c(
        "export-rules",
        "x",
        "export rules",
        "Write every rule, not only those shown, to a file (.csv, .tsv, .parquet, .ndjson).",
        "baskets",
        needs="baskets",
        argument="[PATH]",
        rank=17,
    ),
    _c(
        "set-support",
        "",
        "support",
        "Set the least share of baskets with all items of a rule.",
        "baskets",
        needs="baskets",
        verb="support",
        argument="SHARE|PERCENT %",
    ),
    _c(
        "set-min-count",
        "",
        "min count",
        "Set the least number of baskets with all items of a rule.",
        "baskets",
        needs="baskets",
        verb="min-count",
        argument="N",
    ),
    _c(
        "set-confidence",
        "",
        "confidence",
        "Set the least confidence of a rule.",
        "baskets",
        needs="baskets",
        verb="confidence",
        argument="SHARE",
    ),
    _c(
        "set-lift",
        "",
        "lift",
        "Set the least lift of a rule; 0 keeps all.",
        "baskets",
        needs="baskets",
        verb="lift",
        argument="N",
    ),
    _c(
        "set-length",
        "",
        "length",
        "Set how many items a rule may have.",
        "baskets",
        needs="baskets",
        verb="length",
        argument="N",
    ),
    _c(
        "set-consequents",
        "",
        "consequents",
        "Set whether one item or any number stand after the arrow.",
        "baskets",
        needs="baskets",
        verb="consequents",
        argument="one|any",
    ),
    _c(
        "set-items-by",
        "",
        "items by",
        "Set what an item is.",
        "baskets",
        needs="baskets",
        verb="by",
        argument="product|category|brand",
    ),
    # -- decide --------------------------------------------------------------------------------------------
    _c(
        "open-evidence",
        "enter",
        "evidence",
        "Read everything that the page, the plays or the recommendations rest on.",
        "decide",
        needs="answer",
        verb="evidence",
        rank=10,
    ),
    _c(
        "change-inputs",
        "e",
        "inputs",
        "Enter what only you know: margin, cost of a contact, uplift, and more; empty clears.",
        "decide",
        needs="customers",
        rank=6,
    ),
    _c(
        "set-inputs",
        "",
        "inputs",
        "Enter margin, cost of a contact and uplift at once; - clears one.",
        "decide",
        needs="customers",
        verb="inputs",
        argument="MARGIN COST LOW,MID,HIGH",
    ),
    _c(
        "export-list",
        "x",
        "export list",
        "Write who is contacted and who is held out in the play under the cursor to a CSV file (recommend: its lists).",
        "decide",
        needs="answer",
        argument="[CAMPAIGN [PATH]]",
        rank=11,
    ),
    _c(
        "export-recommendations",
        "X",
        "recommendations",
        "Write what to recommend to every customer, by the best method offered (.csv, .tsv, .parquet, .ndjson).",
        "decide",
        needs="answer",
        verb="recommend-out",
        argument="[PATH]",
        rank=12,
    ),
    _c("resume-decide", "C", "go on", "Go on with what was stopped or failed.", "decide", needs="answer", rank=16),
    # -- compare -------------------------------------------------------------------------------------------
    _c("other-view", "tab", "table/flow", "Show the migration table, or the flow drawing.", COMPARE, rank=10),
    _c("list-movers", "enter", "movers", "List the customers of the move under the cursor.", COMPARE, rank=11),
    _c("list-all-movers", "a", "all movers", "List everyone who moved.", COMPARE, rank=14),
    _c(
        "export-movers",
        "x",
        "export movers",
        "Write everyone who moved to a CSV file: id, old and new segment, how near to a border.",
        COMPARE,
        argument="[PATH]",
        rank=12,
    ),
    _c("earlier-run", "left_square_bracket", "run before", "Hold an earlier run against the second.", COMPARE, rank=15),
    _c("later-run", "right_square_bracket", "run after", "Hold a later run against the second.", COMPARE, rank=16),
    _c("earlier-second", "left_curly_bracket", "second before", "Make the second side an earlier run.", COMPARE),
    _c("later-second", "right_curly_bracket", "second after", "Make the second side a later run.", COMPARE),
    _c("reverse-sides", "r", "reverse", "Swap the two sides.", COMPARE, rank=13),
    _c(
        "compare-file",
        "f",
        "file",
        "Hold the current run against a labelled file that was delivered before.",
        COMPARE,
        argument="[PATH]",
        rank=17,
    ),
    _c("leave-compare", "c", "leave", "Go back.", COMPARE),
    # -- tables --------------------------------------------------------------------------------------------
    _c("next-table", "v", "next table", "Of a segment: typical customers, those near a border, all.", TABLES, rank=13),
    _c("find", "slash", "find", "Find a text in the table.", TABLES, rank=10),
    _c("find-next", "n", "next", "The next row with the text.", TABLES, rank=11),
    _c("find-previous", "N", "previous", "The row before with the text.", TABLES, rank=12),
    _c("narrower", "less_than_sign", "narrower", "Make the column under the cursor narrower.", TABLES, rank=14),
    _c("wider", "greater_than_sign", "wider", "Make the column under the cursor wider.", TABLES, rank=13),
    _c(
        "export-table",
        "x",
        "write",
        "Write this whole table to a CSV file.",
        TABLES,
        argument="[PATH]",
        rank=15,
    ),
    _c("back", "q backspace escape", "back", "Go back.", f"{TABLES} {LAB} {PREDICTION} {ADOPTION} {COMPARE}", rank=3),
    # -- lists ---------------------------------------------------------------------------------------------
    _c("cursor-down", "j down", "down", "Move down.", LISTS),
    _c("cursor-up", "k up", "up", "Move up.", LISTS),
    _c("cursor-top", "g home", "top", "Go to the first row.", LISTS),
    _c("cursor-bottom", "G end", "bottom", "Go to the last row.", LISTS),
    _c("half-page-down", "ctrl+d pagedown", "page down", "Move half a page down.", LISTS),
    _c("half-page-up", "ctrl+u pageup", "page up", "Move half a page up.", LISTS),
    _c("copy", "y", "copy", "Copy the cell or row under the cursor.", LISTS, rank=61),
    _c("copy-table", "Y", "copy table", "Copy the whole table as tab-separated text.", LISTS, rank=62),
    # -- files and the program -----------------------------------------------------------------------------
    _c(
        "export",
        "x",
        "export",
        "Write the customers with their segment to a file.",
        needs="answer",
        argument="[PATH]",
        rank=30,
    ),
    _c(
        "deliver",
        "D",
        "deliver",
        "Write a folder with everything known of these segments: choose parts and formats.",
        needs="answer",
        argument="[DIR]",
    ),
    _c("open", "o", "open", "Open other files, or a folder of them.", argument="[PATHS]", rank=50),
    _c(
        "command-line",
        "colon ctrl+p",
        "command",
        "Type a command, such as k 6 or weight monetary 2.",
        verb="command",
        rank=80,
    ),
    _c("help", "question_mark f1", "keys", "Show and search all keys and commands; enter runs one.", rank=90),
    _c("messages", "exclamation_mark", "messages", "Read everything that was reported.", rank=71),
    _c("set-theme", "t", "theme", "Use the next theme.", verb="theme", argument="NAME"),
    _c("zoom", "z", "zoom", "Give the pane the whole screen, and back.", rank=68),
    _c("mouse", "m", "mouse", "Switch the mouse off (so that the terminal can select text) and on again."),
    _c("redraw", "ctrl+l", "redraw", "Draw the screen again."),
    _c("suspend", "ctrl+z", "suspend", "Go back to the shell; fg returns."),
    _c("quit", "q ctrl+q", "quit", "Leave; everything is kept and offered again at the next start.", rank=75),
)

_BY_ID = {command.id: command for command in COMMANDS}

KEY_SIGNS = {
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "exclamation_mark": "!",
    "space": "space",
    "shift+tab": "shift+tab",
}
"""How key names are shown where the name itself is not what is on the key."""


def command(id: str) -> Command:
    """The command with this id. Raises KeyError."""
    return _BY_ID[id]


def key_sign(key: str, *, short: bool = False) -> str:
    """How a key is shown to a person; `short` writes ctrl as ^."""
    sign = KEY_SIGNS.get(key, key)
    if short and sign.startswith("ctrl+"):
        return "^" + sign[5:]
    return sign


def commands_for(place: str) -> tuple[Command, ...]:
    """The commands that are bound in this place; those of everywhere are bound once, by the app."""
    return tuple(c for c in COMMANDS if place in c.where)


def hints(place: str) -> tuple[Command, ...]:
    """What the hint bar of a place shows, most important first. Lists and tables count as the place around them.

    A key that means something of its own here is shown with that meaning only.
    """
    own = {key for c in COMMANDS if place in c.where for key in c.keys}
    wanted = [
        c
        for c in COMMANDS
        if c.rank and (place in c.where or LISTS in c.where or (c.everywhere and not set(c.keys[:1]) & own))
    ]
    return tuple(sorted(wanted, key=lambda c: c.rank))


def find_verb(word: str) -> Command | None:
    """The command for a word typed on the command line; a beginning will do where only one has it."""
    exact = [c for c in COMMANDS if word in (c.verb, c.id)]
    if exact:
        return exact[0]
    begins = {c.id: c for c in COMMANDS if c.word.startswith(word) or c.id.startswith(word)}
    return next(iter(begins.values())) if len(begins) == 1 else None


def matches(text: str, among: tuple[Command, ...] = COMMANDS) -> tuple[Command, ...]:
    """Commands that hold every word of `text` in id, title, help or keys; those whose word begins so come first."""
    words = text.lower().split()

    def haystack(c: Command) -> str:
        keys = " ".join(key_sign(key) for key in c.keys)
        places = " ".join(PLACES[place] for place in c.where)
        return f"{c.word} {c.id} {c.title} {c.help} {keys} {places}".lower()

    found = [c for c in among if all(word in haystack(c) for word in words)]
    if not words:
        return tuple(found)

    def rank(c: Command) -> int:
        if c.word == words[0]:
            return 0
        return 1 if c.word.startswith(words[0]) or c.title.lower().startswith(words[0]) else 2

    return tuple(sorted(found, key=rank))


def key_table() -> list[tuple[str, str, str, str]]:
    """(place, keys, id, help) of every command in the order of the help screen, for `segtui keys`."""
    return [
        (heading, "  ".join(key_sign(key) for key in c.keys), c.id, c.help)
        for place, heading in PLACES.items()
        for c in COMMANDS
        if place == c.where[0]
    ]
