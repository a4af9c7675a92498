"""The delivered script: stand-alone Python that reads, prepares and assigns as the app did, written for one analysis.

Every expression is written for the features at hand (`scripting.features`, `scripting.rolling`); the functions they use
are cut out of `scripting.parts`, so that nothing is in the script that it does not need. It must give every customer
the segment that the app gives, and refits only when asked.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from segtui.deliver.scripting import command, features, head
from segtui.deliver.scripting.needed import needed
from segtui.deliver.scripting.plan import planned
from segtui.deliver.scripting.read import read
from segtui.deliver.scripting.text import WIDTH

if TYPE_CHECKING:
    from segtui.deliver.handover import Handover
    from segtui.deliver.scoring import ScoringModel

_STEPS = """

# -- STEP TABLES: value:z, or value:z left of it:z at it:z right of it

# fmt: off
{}
# fmt: on
"""


_STARTED = """if __name__ == "__main__":
    try:
        main()
    except (OSError, pl.exceptions.PolarsError) as problem:  # such as a column that is not there
        raise SystemExit(f"segment.py: {str(problem).splitlines()[0]}") from None"""
"""What ends a script: whoever runs it gets a sentence, and not a traceback."""


def script(model: ScoringModel, handover: Handover | None = None, delivered: str = "customers.csv") -> str:
    """The text of segment.py.

    handover: says how the sources were read; without it, and where a feature comes from something that a script does
    not know, the script begins with the delivered table of customers, whose name is `delivered`.
    """
    plan = planned(model, handover, delivered)
    reading, preparing, main = read(plan), features.prepare(plan.features), command.main(plan)
    rules = [features.rules(model, plan.features)] if model.rules else []
    tables = features.tables(plan.features)
    cut = needed([*reading, preparing, *rules, command.LABELLED, main, *tables])
    sections = {
        "READ": [*cut["reading"], *cut["dates"], reading[0], *cut["orders"], *reading[1:]],
        "PREPARE": [*cut["preparing"], preparing],
        "ASSIGN": [*cut["assigning"][:-1], *rules, command.LABELLED, cut["assigning"][-1]],
        "REFIT, only when asked": cut["refitting"],
    }
    body = "".join(_section(title, texts) for title, texts in sections.items())
    if tables:
        body += _STEPS.format("\n".join(tables))
    constants = head.constants(plan)
    imports = "\n".join(_imports("\n".join([constants, body, main])))
    top = "\n".join([head.docstring(plan), "", imports, "", constants, body])
    return f"{top}\n\n{main}\n\n\n{_STARTED}\n"


def _section(title: str, texts: list[str]) -> str:
    rule = f"# -- {title} "
    text, before = f"\n\n{rule.ljust(WIDTH, '-')}", ""
    for one in texts:
        apart = "\n" if _is_constant(before) and _is_constant(one) else "\n\n\n"
        text += f"{apart}{one}"
        before = one
    return text + "\n"


def _is_constant(text: str) -> bool:
    return bool(text) and not text.startswith("def ")


_PLAIN = ("argparse", "gzip", "re")
_FROM = {"Callable": "collections.abc", "date": "datetime", "timedelta": "datetime", "Path": "pathlib"}


def _imports(text: str) -> list[str]:
    """What the script imports: no more than it uses."""
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    by_module: dict[str, list[str]] = {}
    for name, module in _FROM.items():
        if name in used:
            by_module.setdefault(module, []).append(name)
    lines = [f"import {name}" for name in _PLAIN if name in used]
    lines += [f"from {module} import {', '.join(names)}" for module, names in by_module.items()]
    return ["from __future__ import annotations", "", *lines, "", "import numpy as np", "import polars as pl"]
