"""What every fault is."""
import time

import process


class Fault:
    """inject(); HOLD seconds later heal(); then took_effect()."""

    away = False   # does it take the database away from the services?

    def __init__(self, world, args):
        self.world, self.args = world, args
        self.effect = False

    def inject(self):
        raise NotImplementedError

    def tick(self):
        """Called again and again while it holds."""

    def done(self):
        """Whether it need not hold any longer."""
        return False

    def heal(self):
        """What the world does not do by itself."""

    def took_effect(self):
        return self.effect


def stopped(pid):
    """A signal takes a moment."""
    until = time.monotonic() + 0.5
    while process.state_of(pid) != "T" and time.monotonic() < until:
        time.sleep(0.005)
    return process.state_of(pid) == "T"
