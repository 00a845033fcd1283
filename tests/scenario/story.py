"""A scenario file: a step a line, as README.md has it."""
import datetime
import re
import shlex

ZONE = datetime.timezone(datetime.timedelta(hours=8))
DAY = re.compile(r"20\d\d-\d\d-\d\d")
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
SPAN = re.compile(r"(\d+)(s|m|h|d)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# What a step needs at least, and at most.
VERBS = {"title": (1, 1), "shows": (1, 99), "fixed": (0, 0), "at": (1, 2),
         "after": (1, 1), "do": (1, 99), "expect": (1, 99),
         "refused": (1, 1), "never": (1, 99), "show": (1, 9),
         "due": (3, 3), "hear": (1, 99)}


class Wrong(Exception):
    """The file cannot be played as it stands, or the step failed."""


class Step:
    def __init__(self, line, verb, words):
        self.line, self.verb, self.words = line, verb, words


def words_of(text):
    lex = shlex.shlex(text, posix=True)
    lex.whitespace_split = True
    lex.commenters = "#"
    lex.escape = ""
    return list(lex)


def span(text):
    m = SPAN.fullmatch(text)
    if not m:
        raise Wrong(f"{text}: 90s, 31m, 2h or 3d")
    return datetime.timedelta(seconds=int(m[1]) * SECONDS[m[2]])


def moment(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=ZONE)


class Story:
    """The steps; FIRST is the day of the first `at`."""

    def __init__(self, path):
        self.path, self.steps = path, []
        self.title, self.shows, self.fixed = None, [], False
        with open(path, encoding="utf-8") as f:
            for n, text in enumerate(f, 1):
                try:
                    self.take(n, words_of(text))
                except (ValueError, Wrong) as e:
                    raise Wrong(f"{path}:{n}: {e}") from None
        starts = [s for s in self.steps if s.verb == "at"]
        if not self.title or not starts or not TIME.fullmatch(
                starts[0].words[0]):
            raise Wrong(f"{path}: needs a title and a first `at` with a date")
        self.first = moment(starts[0].words[0])
        self.length = self.lasts()

    def take(self, n, words):
        if not words:
            return
        verb, *rest = words
        if verb not in VERBS:
            raise Wrong(f"no such step: {verb}")
        least, most = VERBS[verb]
        if not least <= len(rest) <= most:
            raise Wrong(f"{verb}: {least} to {most} words")
        if verb == "title":
            self.title = rest[0]
        elif verb == "shows":
            self.shows += rest
        elif verb == "fixed":
            self.fixed = True
        else:
            self.steps.append(Step(n, verb, rest))

    def lasts(self):
        """From its first step to its last."""
        now = self.first
        for s in self.steps:
            if s.verb == "at":
                now = when(s.words, now)
            elif s.verb == "after":
                now += span(s.words[0])
        return now - self.first


def when(words, now):
    """`at 09:30`, `at +2 09:30`, `at 2026-03-18T09:30`."""
    if len(words) == 1 and TIME.fullmatch(words[0]):
        return moment(words[0])
    days = 0
    if len(words) == 2:
        days = int(words[0].removeprefix("+"))
    hour, minute = words[-1].split(":")
    return (now + datetime.timedelta(days=days)).replace(
        hour=int(hour), minute=int(minute), second=0)


def shift(text, delta):
    """Every day that stands in TEXT, moved."""
    return DAY.sub(lambda m: (datetime.date.fromisoformat(m[0]) +
                              delta).isoformat(), text)
