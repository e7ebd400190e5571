"""Who is asked to stop says whether it is heard."""

from imgoe_bot.app.stopping import Stopping


def test_only_the_first_wish_is_heard_and_only_by_somebody_who_attends_to_it() -> None:
    alone, attended = Stopping(), Stopping()

    with attended.attended() as asked:
        assert [attended.ask(), attended.ask()] == [True, False]
        assert asked.is_set()

    assert not alone.ask()
    assert not attended.ask()
