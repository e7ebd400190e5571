"""When people are told anew what becomes of their posts."""

import pytest

from imgoe_bot.domain.notices import Notice, is_due
from imgoe_bot.domain.options import Consent

HOST, OTHER = "https://host.example", "https://other.example"


@pytest.mark.parametrize(
    ("told", "now", "due"),
    [
        (None, Notice(Consent.ANNOUNCE, HOST), True),
        (Notice(Consent.ANNOUNCE, HOST), Notice(Consent.ANNOUNCE, HOST), False),
        (Notice(Consent.ANNOUNCE, HOST), Notice(Consent.ANNOUNCE, OTHER), True),
        (Notice(Consent.OPT_IN, HOST), Notice(Consent.OPT_IN, OTHER), True),
        (Notice(Consent.OPT_IN, HOST), Notice(Consent.ANNOUNCE, HOST), True),
        (Notice(Consent.ASK, HOST), Notice(Consent.ANNOUNCE, HOST), True),
        (Notice(Consent.ANNOUNCE, HOST), Notice(Consent.OPT_IN, HOST), False),
        (Notice(Consent.REACT, HOST), Notice(Consent.ASK, HOST), False),
    ],
)
def test_a_notice_is_due_for_another_host_and_for_being_asked_no_more(
    told: Notice | None, now: Notice, due: bool
) -> None:
    assert is_due(told, now) is due


def test_what_was_told_is_read_again_as_it_was_kept() -> None:
    told = Notice(Consent.OPT_IN, HOST)

    assert Notice.read(str(told)) == told
