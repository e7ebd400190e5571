"""A loopback Discord with a bot that only looks around in it."""

from tests.discordsim.conftest import bot as bot
from tests.discordsim.conftest import clock as clock
from tests.discordsim.conftest import harness as harness
from tests.discordsim.conftest import options as options
from tests.discordsim.conftest import sim as sim
from tests.discordsim.conftest import start_bot as start_bot
