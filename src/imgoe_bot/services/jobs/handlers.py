"""Who does which step of a job."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from imgoe_bot.domain.job import Job, Step
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.cards.previews import Previews
from imgoe_bot.services.cards.reviews import Reviews
from imgoe_bot.services.deleting.erasure import Erasure
from imgoe_bot.services.deleting.retirements import RetirementService
from imgoe_bot.services.jobs.steps import Steps
from imgoe_bot.services.people.delivery import DeliveryService


@dataclass(frozen=True, slots=True)
class StepHandlers:
    """Who does which step of a job."""

    steps: Steps
    delivery: DeliveryService
    retirements: RetirementService
    previews: Previews
    reviews: Reviews
    erasure: Erasure

    @property
    def work(self) -> Mapping[Step, Callable[[Job], Awaitable[Job | None]]]:
        """What does each step, and returns the one that its worker goes on with."""
        return {
            Step.UPLOAD: self.steps.upload,
            Step.ANNOUNCE: self.steps.announce,
            Step.DELIVER: self.delivery.deliver,
            Step.RETIRE: self.retirements.retire,
            Step.PREVIEW: self.previews.look,
            Step.REVIEW: self.reviews.review,
            Step.ERASE: self.erasure.erase,
            Step.REFRESH: self.previews.refresh,
        }

    @property
    def give_up(self) -> Mapping[Step, Callable[[Job, ImgoeError], Awaitable[Job | None]]]:
        """What stores that a step has failed for good."""
        return {step: self.steps.give_up for step in Step} | {Step.ERASE: self.erasure.give_up}
