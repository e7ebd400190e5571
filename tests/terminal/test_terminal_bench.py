"""The benchmark of the quick commands: it compares, and says what is not met."""

import sys
from dataclasses import replace

from benchmarks.bench_terminal import Case, measure, table


def test_commands_are_compared_with_the_first_and_judged() -> None:
    cases = (Case("first", (sys.executable, "-S", "-c", "pass")),)
    (first,) = measure(cases, rounds=1)

    assert (first.name, first.ratio) == ("first", 1.0)
    assert first.cpu_ms > 0
    judged = table([replace(first, ratio_max=1.25), replace(first, ratio=1.26, ratio_max=1.25)])
    assert [line.split("|")[-2].strip() for line in judged.splitlines()[-2:]] == ["met", "not met"]
