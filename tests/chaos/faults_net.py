"""Faults of the links between the parts."""
import time

from fault import Fault


class CutLink(Fault):
    def inject(self):
        here, there = self.args["ends"]
        self.away = there == "pg"
        self.world.net.cut(here, there, self.args["mode"])

    def heal(self):
        here, there = self.args["ends"]
        self.effect = self.world.net.heal(here, there, self.args["mode"]) > 0


class Flap(CutLink):
    """On and off, at least four times."""

    def inject(self):
        super().inject()
        self.on = True
        self.packets = 0
        self.next = time.monotonic() + 0.7

    def tick(self):
        here, there = self.args["ends"]
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + 0.7
        if self.on:
            self.packets += self.world.net.heal(here, there,
                                                self.args["mode"])
        else:
            self.world.net.cut(here, there, self.args["mode"])
        self.on = not self.on

    def heal(self):
        if self.on:
            super().heal()
            self.packets += self.effect
        self.effect = self.packets > 0
