"""What every error of this package is."""

from typing import ClassVar, Self


class ImgoeError(Exception):
    """Base of all errors of this package.

    Attributes:
        retryable: whether the same call may succeed later without anybody changing anything.
    """

    retryable: ClassVar[bool] = False

    def __init__(self, **facts: object) -> None:
        self._facts = _known(facts)
        super().__init__(self._facts)

    @property
    def facts(self) -> dict[str, object]:
        """What is known, as this class's constructor takes it; safe to store and to log."""
        return dict(self._facts)

    def with_facts(self, **changed: object) -> Self:
        """Return an error of the same cause that knows these facts otherwise; None takes one away.

        It has neither this one's traceback nor its cause.
        """
        return type(self)(**_known(self._facts | changed))

    def __str__(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self._facts.items())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"


def _known(facts: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value is not None}
