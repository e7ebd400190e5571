"""The bot at the gateway, against a bare ``discord.Client``: ``make bench-gateway``.

Each group of rows is a module of its own; they are measured one after the other.
"""

import json
import platform
from dataclasses import asdict
from pathlib import Path

from benchmarks import gateway_messages, gateway_ready
from benchmarks.gateway_rows import Row, lines

RESULTS = Path(__file__).parent / "results"
GROUPS = (
    ("Messages", gateway_messages.rows, gateway_messages.__doc__),
    ("Many servers", gateway_ready.rows, gateway_ready.__doc__),
)


def page(groups: list[tuple[str, str, list[Row]]]) -> str:
    """Return the page that is kept.

    Args:
        groups: the title of each, how it was measured, and what was found.
    """
    text = [
        "# The bot at the gateway",
        "",
        f"2 cores, Python {platform.python_version()}. `make bench-gateway` renews this page.",
    ]
    for title, how, rows in groups:
        text += ["", f"## {title}", "", how.partition("\n\n")[2].strip(), "", *lines(rows)]
    return "\n".join(text) + "\n"


def main() -> None:
    """Measure every group, print the tables and keep them."""
    groups = [(title, how or "", rows()) for title, rows, how in GROUPS]
    RESULTS.mkdir(exist_ok=True)
    found = {title: [asdict(row) for row in rows] for title, _, rows in groups}
    (RESULTS / "gateway.json").write_text(json.dumps(found, indent=2) + "\n")
    (RESULTS / "gateway.md").write_text(page(groups))
    print(page(groups))


if __name__ == "__main__":
    main()
