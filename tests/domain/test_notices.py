"""When people are told anew what becomes of their posts."""

import pytest

from imgoe_bot.domain.notices import Told, is_due
from imgoe_bot.domain.options import Consent

HOST, OTHER = "https://host.example", "https://other.example"


@pytest.mark.parametrize(
    ("told", "now", "due"),
    [
        (None, Told(Consent.ANNOUNCE, HOST), True),
        (Told(Consent.ANNOUNCE, HOST), Told(Consent.ANNOUNCE, HOST), False),
        (Told(Consent.ANNOUNCE, HOST), Told(Consent.ANNOUNCE, OTHER), True),
        (Told(Consent.OPT_IN, HOST), Told(Consent.OPT_IN, OTHER), True),
        (Told(Consent.OPT_IN, HOST), Told(Consent.ANNOUNCE, HOST), True),
        (Told(Consent.ASK, HOST), Told(Consent.ANNOUNCE, HOST), True),
        (Told(Consent.ANNOUNCE, HOST), Told(Consent.OPT_IN, HOST), False),
        (Told(Consent.REACT, HOST), Told(Consent.ASK, HOST), False),
    ],
)
def test_a_notice_is_due_for_another_host_and_for_being_asked_no_more(
    told: Told | None, now: Told, due: bool
) -> None:
    assert is_due(told, now) is due


def test_what_was_told_is_read_again_as_it_was_kept() -> None:
    told = Told(Consent.OPT_IN, HOST)

    assert Told.read(str(told)) == told
