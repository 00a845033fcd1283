#!/usr/bin/python3
"""Plays scenario files against the real processes:
play.py PACK [--page docs/coverage.md] FILE...

With --page the lines of that page are tried, too.  HUYING_VAR is an installation of its own; prints "ok WHAT" or "not ok WHAT".
"""
import os
import sys

import story
from see import Page
from stage import Stage

SEALED = ("name", "phone", "id_number", "address", "text")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


class Play:
    def __init__(self, stage, s):
        self.stage, self.story = stage, s
        self.names = {}      # $name -> value
        self.cases = set()   # subjects that belong to this scenario
        self.caused = set()  # ids of events that it led to
        self.mine = []       # those events
        self.since = 0       # of self.mine, the first after the last step
        self.told = 0        # stage.events looked at so far
        self.mark = 0        # of them, the first after the last step
        self.refusal = None  # of the last command, until a step takes it
        self.n = 0

    def value(self, text):
        """$name in it stands for what was remembered."""
        if "$" not in text:
            return story.shift(text, self.delta)
        for name in sorted(self.names, key=len, reverse=True):
            text = text.replace("$" + name, self.names[name])
        if "$" in text:
            raise story.Wrong(f"{text}: nothing of that name yet")
        return text

    def hear(self):
        """Takes in what concerns this scenario."""
        for e in self.stage.events[self.told:]:
            if e.get("causationid") in self.caused or \
                    e.get("subject") in self.cases or e["id"] in self.caused:
                self.caused.add(e["id"])
                if e.get("subject"):
                    self.cases.add(e["subject"])
                self.mine.append(e)
        self.told = len(self.stage.events)

    def do_hear(self, words):
        """Such a fact was said about whatever: from now on that is ours."""
        fresh = [e for e in self.stage.events[self.mark:]
                 if e not in self.mine]
        found, _ = self.find(words, fresh)
        if not found:
            raise story.Wrong("nobody said it")
        self.names.update(found[0])
        kind, wanted = words[0], self.fields(
            [w for w in words[1:] if "=" in w])
        subject = next(e["subject"] for e in fresh
                       if self.matches(e, kind, wanted) is not None)
        self.cases.add(subject)
        self.mine += [e for e in fresh if e.get("subject") == subject]

    def fields(self, words):
        out = []
        for w in words:
            name, eq, text = w.partition("=")
            if not eq:
                raise story.Wrong(f"{w}: field=value")
            out.append((name, text))
        return out

    def do_at(self, words):
        at = story.when(words, self.stage.now)
        if story.TIME.fullmatch(words[0]):
            at += self.delta
        self.go(at)

    def do_after(self, words):
        self.go(self.stage.now + story.span(words[0]))

    def go(self, at):
        self.stage.settle()
        self.hear()
        self.since, self.mark = len(self.mine), len(self.stage.events)
        self.stage.go_to(at)
        self.hear()

    def do_do(self, words):
        kind, keep = words[0], None
        if "->" in words:
            keep = words[words.index("->") + 1].lstrip("$")
            words = words[:words.index("->")]
        args, sealed = [], []
        division = self.names.get("division")
        for name, text in self.fields(words[1:]):
            text = self.value(text)
            if name == "division":
                division = self.names["division"] = text
            elif kind in ("report.submit", "booking.book") and name in SEALED:
                sealed += ["--sealed", f"{name}={text}"]
            else:
                args.append(f"{name}={text}")
        self.n += 1
        ident = f"{os.path.basename(self.story.path)}-{self.stage.seq}-{self.n}"
        where = ["--division", division] if division else []
        self.stage.settle()
        self.hear()
        self.since, self.mark = len(self.mine), len(self.stage.events)
        done = self.stage.run("publish", kind, *args, *where, *sealed,
                              "--source", "/scenario", "--id", ident)
        if done.returncode == 1:
            self.refusal = done.stdout + done.stderr
            return
        if done.returncode != 0:
            raise story.Wrong(done.stderr.strip())
        self.caused.add(ident)
        self.stage.settle()
        self.hear()
        for e in self.mine[self.since:]:
            if e["type"] == "command.refused" and e["causationid"] == ident:
                data = e["data"]
                self.refusal = f"{data['code']} {data.get('reason', '')} " \
                    f"(allowed: {' '.join(data.get('allowed', []))})"
        if keep:
            self.names[keep] = self.number_of(ident, kind)

    def number_of(self, ident, kind):
        for e in self.mine:
            if e.get("causationid") == ident and e.get("subject"):
                return e["subject"]
        raise story.Wrong(f"nothing followed {kind}")

    def matches(self, e, kind, wanted):
        """Is E such a fact?  Then what it is to be remembered by."""
        if e["type"] != kind:
            return None
        kept = {}
        for name, text in wanted:
            have = e["data"].get(name)
            if isinstance(have, bool):
                have = "true" if have else "false"
            if isinstance(have, list):
                have = "|".join(str(x) for x in have)
            if text.startswith("$") and ":" in text:
                keep, _, field = text[1:].partition(":")
                kept[keep] = str(e["data"].get(field, ""))
                continue
            text = self.value(text)
            if text in ("", "false") and have is None:
                continue
            if have is None or not same(str(have), text):
                return None
        return kept

    def find(self, words, events):
        """The facts that fit, what they are remembered by, and how many."""
        count = None
        if len(words) > 1 and words[1].startswith("x") and \
                words[1][1:].isdigit():
            count = int(words[1][1:])
            words = words[:1] + words[2:]
        keep = None
        if "->" in words:
            i = words.index("->")
            keep, words = words[i + 1], words[:i]
        wanted = self.fields(words[1:])
        if keep:
            wanted.append(("", keep))
        found = [m for m in (self.matches(e, words[0], wanted)
                             for e in events) if m is not None]
        return found, count

    def do_expect(self, words):
        found, count = self.find(words, self.mine[self.since:])
        if count is not None and len(found) != count:
            raise story.Wrong(f"{len(found)} of them, not {count}")
        if not found and count != 0:
            raise story.Wrong("it was not said; since the last step:\n" +
                              self.recent())
        if found:
            self.names.update(found[0])

    def do_never(self, words):
        if self.find(words, self.mine)[0]:
            raise story.Wrong("it was said")

    def recent(self):
        lines = []
        for e in self.mine[self.since:][-30:]:
            data = " ".join(f"{k}={v}" for k, v in e["data"].items())
            lines.append(f"    {e['recordedtime'][:16]} {e['type']} {data}")
        return "\n".join(lines) or "    nothing"

    def do_refused(self, words):
        told, self.refusal = self.refusal, None
        if told is None:
            raise story.Wrong("it was not refused:\n" + self.recent())
        if words[0] not in told.split():
            raise story.Wrong(f"refused otherwise: {told}")

    def do_show(self, words):
        done = self.stage.run(*[self.value(w) for w in words])
        if done.returncode != 0 or not done.stdout.strip():
            raise story.Wrong(f"exit {done.returncode}: {done.stderr}")
        self.stage.settle()  # it may have led to something
        self.hear()

    def do_due(self, words):
        thing, limit, want = words
        got = self.stage.sql.ask(
            "SELECT to_char(due_at AT TIME ZONE INTERVAL '08:00', "
            f"'YYYY-MM-DD\"T\"HH24:MI:SS') FROM run.deadline WHERE thing = "
            f"'{self.value(thing)}' AND name = '{limit}'")
        if not got or not same(got[0], self.value(want)):
            raise story.Wrong(f"it is {got[0] if got else 'not armed'}")

    def run(self):
        self.delta = self.stage.place(self.story)
        self.stage.go_to(max(self.stage.now, self.story.first + self.delta),
                         stepwise=False)
        self.stage.settle()
        self.told = len(self.stage.events)
        for step in self.story.steps:
            try:
                if self.refusal is not None and step.verb != "refused":
                    raise story.Wrong(f"the step before was refused: "
                                      f"{self.refusal}")
                getattr(self, "do_" + step.verb)(step.words)
            except story.Wrong as e:
                raise story.Wrong(
                    f"{self.story.path}:{step.line}: {step.verb} "
                    f"{' '.join(step.words)}: {e}") from None
        if self.refusal is not None:
            raise story.Wrong(f"{self.story.path}: the last step was "
                              f"refused: {self.refusal}")


def same(have, want):
    """Equal; ~TEXT: it holds TEXT; a time without its zone or seconds."""
    if want.startswith("~"):
        return want[1:] in have
    if story.TIME.fullmatch(want):
        return have.startswith(want)
    return have == want


def main():
    pack, paths = sys.argv[1], sys.argv[2:]
    huying, page = os.path.join(ROOT, "build/bin/huying"), None
    if paths[:1] == ["--page"]:
        page, paths = Page(huying, paths[1]), paths[2:]
    stories, bad = [], 0
    for path in paths:
        try:
            stories.append(story.Story(path))
        except story.Wrong as e:
            print(f"not ok {e}", flush=True)
            bad += 1
    stage = Stage(huying, pack, page)
    # Those of fixed days first, in their order.
    stories.sort(key=lambda s: (not s.fixed, s.first if s.fixed else 0))
    for s in stories:
        try:
            Play(stage, s).run()
            print(f"ok {os.path.basename(s.path)}: {s.title}", flush=True)
        except story.Wrong as e:
            print(f"not ok {os.path.basename(s.path)}: {s.title}\n{e}",
                  flush=True)
            bad += 1
    stage.end()
    if page:
        page.tell()
    return bad > 0


sys.exit(main())
