"""What is wrong with the process: how it was set up, or the code itself. The operator acts."""

from imgoe_bot.errors.base import ImgoeError


class ConfigError(ImgoeError):
    """A process setting is missing or malformed; the operator acts.

    Attributes:
        setting: the environment variable or option, as the operator writes it.
        problem: what is wrong with it and what to do next, one line.
    """

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(setting=setting, problem=problem)
        self.setting = setting
        self.problem = problem


class EndedByOperator(ImgoeError):
    """Whoever runs the bot ended the job: nobody else has it tried again."""


class InternalError(ImgoeError):
    """Something broke that no code of ours foresaw: a bug.

    Attributes:
        kind: the foreign exception's class; its text may hold anything and is not kept.
    """

    retryable = True

    def __init__(self, *, kind: str) -> None:
        super().__init__(kind=kind)
        self.kind = kind
