"""The command line: what can be asked, where it is done, and the exit status it ends with.

Nothing heavy is imported here, so that `--version` and `--help` answer at once; each command imports what it needs.
"""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NoReturn

from segtui import __version__
from segtui.errors import SegtuiError, UsageError

if TYPE_CHECKING:
    from segtui.decided.recommendations import Method
    from segtui.recipe import Recipe
    from segtui.starting import Gathering

DONE, IMPOSSIBLE, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit status. A signal that ends the program gives 128 plus its number, as shells expect."""

COMMANDS = {
    "open": "open the terminal app (the default: the word may be left out)",
    "demo": "open it on the example customers, or on generated ones",
    "describe": "say what is seen in the sources: kind, columns, flags, rows left out",
    "run": "do the same analysis without a screen, and hand over labels or JSON",
    "rules": "find association rules in the baskets behind the sources",
    "apply": "score new customers with delivered centroids, and say whether these still fit",
    "compare": "say who moved between two deliveries or labelled files",
    "keys": "print every key and command of the terminal app",
    "where": "print the folders that segtui keeps its files in",
}

AUTO = "auto"
"""What `--k` takes for a k that the evidence suggests."""

_OPTIONS_WITH_VALUE = ("--recipe", "--theme")
"""Those of the terminal app: they may stand before the name of a command."""

_ENDINGS = (signal.SIGTERM, signal.SIGHUP)


def main_and_exit() -> None:
    """The console script."""
    sys.exit(main())


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks for and return the exit status."""
    given = list(sys.argv[1:] if argv is None else argv)
    command, rest = _split(given)
    try:
        options = _parser(command).parse_args(rest)
        with _ended_by_signals(command):
            status = _RUNNERS[command](options)
        sys.stdout.flush()  # here, where a closed pipe or a full disk can still be dealt with
        return status
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE if end.code is None else IMPOSSIBLE
    except KeyboardInterrupt:
        _say("stopped; nothing half written is left behind")
        return INTERRUPTED
    except BrokenPipeError:
        _close_output()
        return DONE
    except SegtuiError as error:
        _say(str(error))
        return error.exit_status
    except OSError as error:
        _say(_explained(error))
        return IMPOSSIBLE
    except MemoryError:
        _say("there is not enough memory for this. Close other programs, or analyse fewer customers or columns.")
        return IMPOSSIBLE
    except Exception as error:
        if os.environ.get("SEGTUI_DEBUG"):
            raise
        _say(f"internal error: {type(error).__name__}: {error}. SEGTUI_DEBUG=1 shows where it happened.")
        return IMPOSSIBLE


# -- what can be asked -------------------------------------------------------------------------------------


def _split(given: list[str]) -> tuple[str, list[str]]:
    """The command, which is the first word that is no option, and all the rest."""
    skip = False
    for position, word in enumerate(given):
        if skip or word in _OPTIONS_WITH_VALUE:
            skip = not skip
        elif word in COMMANDS:
            return word, given[:position] + given[position + 1 :]
        elif word == "--" or not word.startswith("-") or word == "-":
            break
    return "open", given


class _Parser(argparse.ArgumentParser):
    """Its complaints quote what was typed or pasted, so they are cleaned."""

    def error(self, message: str) -> NoReturn:
        from segtui.clean_text import clean

        super().error(clean(message))


def _parser(command: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="segtui" if command == "open" else f"segtui {command}",
        description=_description(command),
        epilog="Exit status: 0 done, 1 it cannot be done (the message says why), 2 wrong usage, 130 interrupted.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"segtui {__version__}")
    _ARGUMENTS[command](parser)
    return parser


def _description(command: str) -> str:
    if command != "open":
        return f"segtui {command}: {COMMANDS[command]}."
    lines = [f"  segtui {name:<9} {what}" for name, what in COMMANDS.items()]
    return "\n".join(
        ["Customer segmentation in the terminal.", "", *lines, "", "segtui COMMAND --help says more of each."]
    )


def _add_nothing(parser: argparse.ArgumentParser) -> None:
    del parser


def _add_screen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--theme", metavar="NAME", help="colours of the screen, by name")
    parser.add_argument("--ascii", action="store_true", help="draw with 7-bit characters only")
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")


def _add_open(parser: argparse.ArgumentParser) -> None:
    _add_sources(parser, "*")
    _add_gathering(parser)
    parser.add_argument("--recipe", metavar="R.toml", help="begin with this recipe")
    _add_screen(parser)


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--customers", type=_whole("--customers", 1), metavar="N", help="generate N customers")
    _add_screen(parser)


def _add_describe(parser: argparse.ArgumentParser) -> None:
    _add_sources(parser, "*")
    parser.add_argument("--recipe", metavar="R.toml", help="what this recipe says of the sources")
    _add_gathering(parser)
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")


def _add_run(parser: argparse.ArgumentParser) -> None:
    from segtui.basket_views import FORMATS
    from segtui.recipe import LABELLED_FORMATS, SCALES, TREE_MOST, WEEKS, WEEKS_MOST

    _add_sources(parser, "*")
    _add_gathering(parser)
    add = parser.add_argument
    add("--recipe", metavar="R.toml", help="begin with this recipe; the flags below override it")
    add("--id", metavar="COL", help='the column that identifies a customer ("" for none)')
    add("--features", metavar="A,B,…", type=_names, help='the features that vote (a name with a comma in "quotes")')
    add("--k", type=_k, metavar="K|auto", help="the number of segments (default 4); auto: as the evidence suggests")
    add("--sweep", type=_range, metavar="LO-HI", help="compute the criteria for every k from LO to HI as well")
    add("--scale", choices=SCALES, help="how features are brought to scale (default auto: as proposed for each)")
    add("--lab", action="store_true", help="compare what every scale makes of the features, at this k")
    add("--explain", action="store_true", help="every segment in a rule, and which features drive the segments")
    add("--predict", action="store_true", help="what segments know of the holdout, for every k and scale")
    add("--decide", action="store_true", help="plays for the segments, customer value, and what to recommend")
    add("--margin", type=_share, metavar="M", help="with --decide: the margin of an order, as a share (0.4)")
    add("--cost", type=_amount, metavar="C", help="with --decide: what a contact costs")
    add(
        "--uplift",
        type=_uplifts,
        metavar="LOW,MID,HIGH",
        help="with --decide: how many more order when contacted (0.01,0.02,0.04)",
    )
    add("--held-out", type=_held_out, metavar="S", help="with --decide: share of customers not contacted (default 0.2)")
    weeks = _whole("--weeks", 1, WEEKS_MOST)
    add("--weeks", type=weeks, metavar="N", help=f"with --decide: the horizon of value (default {WEEKS})")
    add("--lists", metavar="DIR", help="with --decide: write who is contacted and held out, a file per play and arm")
    add(
        "--campaign",
        metavar="NAME",
        help="with --lists, --deliver: the campaign's name, on which hangs who is held out",
    )
    endings = ", ".join(FORMATS)
    add("--recommend-out", metavar="FILE", help=f"with --decide: write what to recommend to whom ({endings})")
    add(
        "--recommend-by",
        type=_method,
        metavar="METHOD",
        help=f"with --recommend-out: by this method, not by the best ({', '.join(_methods())})",
    )
    add("--seed", type=_whole("--seed", 0, 2**32 - 1), metavar="N", help="the seed of the random starts (default 0)")
    add("--restarts", type=_whole("--restarts", 0, 10_000), metavar="N", help="k-means++ starts (0: as the size asks)")
    add(
        "--tree",
        type=_whole("--tree", 0, TREE_MOST),
        metavar="N",
        help="segments by N rules each (0: by centroid)",
    )
    add("--max-iter", type=_whole("--max-iter", 1, 1_000_000), metavar="N", help="cap on iterations (default 300)")
    endings = ", ".join(LABELLED_FORMATS)
    add("--out", metavar="FILE", help=f"write every input row with its segment ({endings}; - for standard output)")
    add("--deliver", metavar="DIR", help="write a folder with everything: labels, tables, lists, recipe, passport …")
    add("--parts", type=_names, metavar="A,B,…", help="with --deliver: these parts alone (see README)")
    add("--formats", type=_names, metavar="A,B,…", help="with --deliver: of labelled customers and orders (csv)")
    add("--withhold", action="store_true", help="with --deliver: no figures of fewer than 10 customers in its tables")
    add("--overwrite", action="store_true", help="replace FILE and the recipe beside it, or the delivery in DIR")
    add("--csv-safe", action="store_true", help="keep spreadsheets from running texts that look like formulas")
    add("--json", action="store_true", help="one JSON document on standard output")


def _add_rules(parser: argparse.ArgumentParser) -> None:
    from segtui.recipe import CONSEQUENTS, ITEMS_BY, LONGEST_RULE

    _add_sources(parser, "*")
    _add_gathering(parser)
    add = parser.add_argument
    add("--recipe", metavar="R.toml", help="begin with this recipe; other options override it")
    add("--by", choices=ITEMS_BY, help="what the items are (default product)")
    add("--min-support", type=_support, metavar="S", help="share of baskets with all of a rule: 0.01 (default) or 1%%")
    add("--min-count", type=_whole("--min-count", 1), metavar="N", help="and at least so many baskets (default 1)")
    add("--min-confidence", type=_share, metavar="C", help="share of the antecedent's baskets (default 0.3)")
    add("--min-lift", type=_lift, metavar="L", help="times as often as by chance (default 0: all)")
    add("--max-length", type=_whole("--max-length", 2, LONGEST_RULE), metavar="L", help="items of a rule (default 4)")
    add("--consequents", choices=CONSEQUENTS, help="items behind the arrow: one (default), or any number")
    add("--shuffles", type=_whole("--shuffles", 0, 1000), default=20, metavar="N", help="shuffles to compare with (20)")
    add("--readings", action="store_true", help="bundles, prompts, items seldom together, what the next order brings")
    add("--out", metavar="FILE", help="write all rules (.csv, .tsv, .parquet, .ndjson)")
    add("--overwrite", action="store_true", help="replace FILE where it exists")
    add("--json", action="store_true", help="one JSON document on standard output")


def _add_apply(parser: argparse.ArgumentParser) -> None:
    from segtui.recipe import LABELLED_FORMATS

    add = parser.add_argument
    add("recipe", metavar="RECIPE", help="a delivered folder, or the recipe.toml or model.json in one")
    _add_sources(parser, "+")
    endings = ", ".join(LABELLED_FORMATS)
    add("--out", metavar="FILE", help=f"write every input row with its segment ({endings}; - for standard output)")
    add("--snapshot", type=_day, metavar="DATE", help="features see orders before this day (default: all of them)")
    add("--fill-missing", action="store_true", help="go on without columns that vote, with what the model fills in")
    add("--overwrite", action="store_true", help="replace FILE where it exists")
    add("--csv-safe", action="store_true", help="keep spreadsheets from running texts that look like formulas")
    add("--json", action="store_true", help="one JSON document on standard output")


def _add_compare(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("before", metavar="A", help="a delivered folder or a labelled file: what was")
    add("after", metavar="B", help="the same: what came after")
    add("--id", metavar="COL", help="the column that identifies a customer in both (default: as delivered)")
    add("--revenue", metavar="COL", help="the column of money per customer (default: as delivered, or by its name)")
    add("--loose-ids", action="store_true", help="match ids that differ in padding or type only")
    add("--json", action="store_true", help="one JSON document on standard output")


def _share(text: str) -> float:
    value = _float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"a share lies between 0 and 1, as in 0.01, not at {text!r}")
    return value


def _support(text: str) -> float:
    """A share or a percentage, above 0 as in Baskets."""
    percent = text.strip().endswith("%")
    value = _float(text.strip().removesuffix("%")) / (100 if percent else 1)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"a support is a share above 0, as in 0.005 or 0.5%, not {text!r}")
    return value


def _amount(text: str) -> float:
    value = _float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"an amount is 0 or more, not {text!r}")
    return value


def _uplifts(text: str) -> tuple[float, float, float]:
    values = [_float(part) for part in text.split(",")]
    if len(values) != 3 or not -1 <= values[0] <= values[1] <= values[2] <= 1:
        raise argparse.ArgumentTypeError(f"uplifts are three rising shares, as in 0.01,0.02,0.04, not {text!r}")
    return values[0], values[1], values[2]


def _held_out(text: str) -> float:
    from segtui.recipe import HELD_OUT_MOST

    value = _float(text)
    if not 0 <= value <= HELD_OUT_MOST:
        raise argparse.ArgumentTypeError(f"a share from 0 to {HELD_OUT_MOST:g} can be held out, not {text!r}")
    return value


def _methods() -> dict[str, Method]:
    """Ways of recommending under names without blanks."""
    from segtui.decided.recommendations import Method

    return {method.lower().replace(" ", "-"): method for method in Method}


def _method(text: str) -> Method:
    known = _methods()
    if text not in known:
        raise argparse.ArgumentTypeError(f"there is no method {text!r}; there are {', '.join(known)}")
    return known[text]


def _lift(text: str) -> float:
    value = _float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"a lift is 0 or more, not {text!r}")
    return value


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _add_gathering(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--snapshot", type=_day, metavar="DATE", help="features see orders before this day (default: all of them)")
    add("--holdout", type=_whole("--holdout", 0, 36_500), metavar="DAYS", help="keep the days after it for checking")
    add("--loose-ids", action="store_true", default=None, help="match ids that differ in padding or type only")
    add(
        "--step", dest="steps", action="append", type=_step, metavar="STEP=on|off", default=[],
        help="switch a cleaning step of order lines (segtui describe lists them)",
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day is written as in 2024-01-31, not {text!r}") from None


def _step(text: str) -> tuple[str, bool]:
    from segtui.recipe import STEPS

    name, _, state = text.partition("=")
    if name not in STEPS or state not in ("on", "off"):
        raise argparse.ArgumentTypeError(f"--step takes STEP=on or STEP=off with one of {', '.join(STEPS)}")
    return name, state == "on"


def _add_sources(parser: argparse.ArgumentParser, how_many: str) -> None:
    parser.add_argument(
        "sources",
        nargs=how_many,
        metavar="SOURCE",
        help="a file (CSV and kin, Parquet, Arrow, JSON, NDJSON, Excel; gzip and zstd too), a folder, a pattern, or - "
        "for standard input",
    )


def _whole(name: str, low: int, high: int | None = None) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if value < low or (high is not None and value > high):
            limits = f"from {low} to {high}" if high is not None else f"of at least {low}"
            raise argparse.ArgumentTypeError(f"{name} takes a whole number {limits}, not {text!r}")
        return value

    return parse


def _k(text: str) -> int | str:
    from segtui.recipe import K_MAX, K_MIN

    return AUTO if text == AUTO else _whole("--k", K_MIN, K_MAX)(text)


def _range(text: str) -> range:
    from segtui.recipe import K_MAX, K_MIN

    low, _, high = text.partition("-")
    if not (low.isdecimal() and high.isdecimal() and K_MIN <= int(low) <= int(high) <= K_MAX):
        raise argparse.ArgumentTypeError(f"--sweep takes two numbers from {K_MIN} to {K_MAX}, as in 2-12, not {text!r}")
    return range(int(low), int(high) + 1)


def _names(text: str) -> tuple[str, ...]:
    """Names between commas; one that holds a comma itself stands in quotes, as in a CSV file."""
    import csv

    names = tuple(name for row in csv.reader([text], skipinitialspace=True) for name in row if name)
    if not names:
        raise argparse.ArgumentTypeError("--features takes names of columns between commas")
    return tuple(dict.fromkeys(names))


# -- where it is done --------------------------------------------------------------------------------------


def _open(options: argparse.Namespace) -> int:
    from segtui.starting import starting_recipe

    recipe = starting_recipe(options.sources, options.recipe)
    return _launch(replace(recipe, gather=_gathering(options).over(recipe.gather)), options)


def _gathering(options: argparse.Namespace) -> Gathering:
    from segtui.starting import Gathering

    return Gathering(options.snapshot, options.holdout, options.loose_ids, tuple(options.steps))


def _demo(options: argparse.Namespace) -> int:
    from segtui import demo
    from segtui.paths import cache_folder
    from segtui.starting import starting_recipe

    paths = (
        demo.example_paths()
        if options.customers is None
        else (demo.generate(options.customers, folder=cache_folder()),)
    )
    return _launch(starting_recipe([str(path) for path in paths], None), options)


def _launch(recipe: Recipe, options: argparse.Namespace) -> int:
    from segtui.tui.terminal import launch

    return launch(recipe, theme=options.theme, ascii_only=options.ascii, mouse=not options.no_mouse)


def _describe(options: argparse.Namespace) -> int:
    from segtui.describing import describe
    from segtui.starting import starting_recipe, take_standard_input

    gather = _gathering(options).over(starting_recipe(options.sources, options.recipe).gather)
    if not gather.sources:
        raise UsageError("there is nothing to describe", hint="Give a SOURCE, or a recipe that names its sources.")
    take_standard_input([source.path for source in gather.sources])
    describe(gather, as_json=options.json)
    return DONE


def _run(options: argparse.Namespace) -> int:
    from segtui.headless import RunOptions, run
    from segtui.headless_lists import ListOptions
    from segtui.recipe import DecideSpec

    if options.json and options.out == "-":
        raise UsageError("--json and --out - cannot both have standard output", hint="Give --out a file.")
    if options.deliver is None and (options.parts or options.formats or options.withhold):
        raise UsageError("--parts, --formats and --withhold belong to a delivery", hint="Add --deliver DIR.")
    run(
        RunOptions(
            sources=tuple(options.sources),
            recipe=options.recipe,
            id_column=options.id,
            gathering=_gathering(options),
            features=options.features,
            k=None if options.k == AUTO else options.k,
            auto_k=options.k == AUTO,
            sweep=options.sweep,
            scale=options.scale,
            seed=options.seed,
            restarts=options.restarts,
            tree=options.tree,
            max_iter=options.max_iter,
            out=options.out,
            overwrite=options.overwrite,
            csv_safe=options.csv_safe,
            deliver=options.deliver,
            parts=options.parts,
            formats=options.formats,
            withhold=options.withhold,
            as_json=options.json,
            lab=options.lab,
            predict=options.predict,
            explain=options.explain,
            decide=options.decide,
            entered=DecideSpec(
                options.margin, options.cost, options.uplift, held_out=options.held_out, weeks=options.weeks
            ),
            lists=ListOptions(
                options.recommend_out,
                options.recommend_by,
                options.lists,
                options.campaign,
                options.overwrite,
                options.csv_safe,
            ),
        )
    )
    return DONE


def _rules(options: argparse.Namespace) -> int:
    from segtui.headless_rules import RulesOptions, rules

    rules(
        RulesOptions(
            sources=tuple(options.sources),
            recipe=options.recipe,
            gathering=_gathering(options),
            by=options.by,
            min_support=options.min_support,
            min_count=options.min_count,
            min_confidence=options.min_confidence,
            min_lift=options.min_lift,
            max_length=options.max_length,
            consequents=options.consequents,
            shuffles=options.shuffles,
            readings=options.readings,
            out=options.out,
            overwrite=options.overwrite,
            as_json=options.json,
        )
    )
    return DONE


def _apply(options: argparse.Namespace) -> int:
    from segtui.headless_apply import ApplyOptions, apply

    if options.json and options.out == "-":
        raise UsageError("--json and --out - cannot both have standard output", hint="Give --out a file.")
    apply(
        ApplyOptions(
            recipe=options.recipe,
            sources=tuple(options.sources),
            out=options.out,
            snapshot=options.snapshot,
            overwrite=options.overwrite,
            csv_safe=options.csv_safe,
            fill_missing=options.fill_missing,
            as_json=options.json,
        )
    )
    return DONE


def _compare(options: argparse.Namespace) -> int:
    from segtui.headless_compare import CompareOptions, compare

    compare(
        CompareOptions(
            before=options.before,
            after=options.after,
            id_column=options.id,
            revenue=options.revenue,
            loose_ids=options.loose_ids,
            as_json=options.json,
        )
    )
    return DONE


def _keys(options: argparse.Namespace) -> int:
    del options
    from segtui.printing import printable, table
    from segtui.tui.commands import COMMANDS as TABLE
    from segtui.tui.commands import PLACES

    for place, heading in PLACES.items():
        here = [command for command in TABLE if place in command.where]
        if here:
            rows = [(" ".join(c.keys), f":{c.word}", c.id, c.help) for c in here]
            for line in (heading, *table(("keys", "command", "id", "what it does"), rows), ""):
                print(printable(line))
    return DONE


def _where(options: argparse.Namespace) -> int:
    del options
    from segtui import paths
    from segtui.printing import printable

    for name, folder in (
        ("config", paths.config_folder()),
        ("state", paths.state_folder()),
        ("cache", paths.cache_folder()),
    ):
        print(printable(f"{name:<7} {folder}"))
    return DONE


# -- how it ends -------------------------------------------------------------------------------------------


def _say(message: str) -> None:
    from segtui.printing import say

    say(message)


def _explained(error: OSError) -> str:
    """What the system said. A full disk without a file's name is the one behind standard output."""
    if error.errno != errno.ENOSPC or error.filename is not None:
        return f"this could not be read or written: {error}"
    from segtui.atomic import delivery_error

    return str(delivery_error(error, "standard output", left="What was written so far is not whole."))


def _close_output() -> None:
    """Nobody reads any more (`… | head`): keep Python from complaining about it while it shuts down."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


@contextmanager
def _ended_by_signals(command: str) -> Iterator[None]:
    """Unwind on a signal that ends the program, so that half-written files are removed (the app has its own way)."""
    if command not in ("run", "describe", "apply"):
        yield
        return
    heard = [number for number in _ENDINGS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup stays nohup
    former = {number: signal.signal(number, _unwind) for number in heard}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _unwind(number: int, frame: object) -> None:
    del frame
    raise SystemExit(128 + number)


_ARGUMENTS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "open": _add_open,
    "demo": _add_demo,
    "describe": _add_describe,
    "run": _add_run,
    "rules": _add_rules,
    "apply": _add_apply,
    "compare": _add_compare,
    "keys": _add_nothing,
    "where": _add_nothing,
}

_RUNNERS: dict[str, Callable[[argparse.Namespace], int]] = {
    "open": _open,
    "demo": _demo,
    "describe": _describe,
    "run": _run,
    "rules": _rules,
    "apply": _apply,
    "compare": _compare,
    "keys": _keys,
    "where": _where,
}
