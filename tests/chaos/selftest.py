#!/usr/bin/python3
"""make chaos-selftest: planted defects, each of which the checker must catch.

A defect is SQL put over the schema (defects/NAME.sql), a patch of a copy of
the tree (defects/NAME.patch), or both.  It is caught when the run failed and
a promise that the defect breaks is among those named; the same faults on the
sound product pass, or nothing is proven.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DEFECTS = os.path.join(HERE, "defects")

# name: promises of which one must be named, faults to inject, seconds of
# them, in CI?
TABLE = {
    "early_ack": ("I1", "postgres.kill", 25, False),
    "cursor_first": ("I4", "postgres.kill", 25, False),
    "cursor_last": ("I4 I7", "postgres.kill", 25, False),
    "lazy_commit": ("I1", "power.loss", 12, True),
    "bigserial": ("I5 I6", "kill.service", 12, False),
    "no_dedup": ("I3", "kill.bus", 12, True),
    "early_limit": ("I9", "clock.forward", 20, False),
    "forgotten_limit": ("I9", "clock.forward", 12, False),
    "rewritten": ("I1 I12", "kill.service", 12, False),
    "skipped_hash": ("I12", "kill.service", 12, False),
    "unlisted": ("I6", "poison", 12, False),
    "skipped_event": ("I4", "kill.service", 12, False),
    "echo": ("I11", "kill.service", 12, False),
}


def options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("names", nargs="*", default=[])
    p.add_argument("--short", action="store_true", help="those of CI")
    p.add_argument("--mode", default="chaos")
    p.add_argument("--cc", default="gcc")
    return p.parse_args()


def copy_tree(name, mode):
    """The tracked files and what is built of them, so that make has only the
    patched file to do again."""
    tree = os.path.join(ROOT, "build", "defect-" + name)
    shutil.rmtree(tree, ignore_errors=True)
    files = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"],
        capture_output=True, text=True, check=True).stdout.split("\n")
    for f in filter(None, files):
        source = os.path.join(ROOT, f)
        if os.path.isfile(source):
            os.makedirs(os.path.dirname(os.path.join(tree, f)), exist_ok=True)
            shutil.copy2(source, os.path.join(tree, f))
    shutil.copytree(os.path.join(ROOT, "build", mode),
                    os.path.join(tree, "build", mode),
                    ignore=shutil.ignore_patterns("[0-9]*", "test"))
    return tree


def build(name, o):
    """The tree to run: a patched copy, or this one."""
    patch = os.path.join(DEFECTS, name + ".patch")
    if not os.path.exists(patch):
        return ROOT
    tree = copy_tree(name, o.mode)
    subprocess.run(["patch", "-s", "-p1", "-d", tree, "-i", patch],
                   check=True)
    subprocess.run(["make", "-s", "-C", tree, f"MODE={o.mode}", f"CC={o.cc}",
                    "bins"], check=True, stdout=subprocess.DEVNULL)
    return tree


def said_by(argv):
    """What it printed.  When we are told to end it must have the time to
    take down what it has made."""
    with subprocess.Popen(argv, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as child:
        try:
            return child.communicate()[0]
        finally:
            child.terminate()


def run(name, faults, seconds, tree, mode, script):
    out = os.path.join(ROOT, "build", "defects", name)
    shutil.rmtree(out, ignore_errors=True)
    argv = [sys.executable, os.path.join(HERE, "chaos.py"), "--form",
            "selftest", "--seed", "1", "--tree", tree, "--mode", mode,
            "--only", faults, "--seconds", str(seconds), "--out", out]
    if os.path.exists(script):
        argv += ["--sql", script]
    said = said_by(argv)
    try:
        with open(os.path.join(out, "verdict.json"), encoding="ascii") as f:
            told = json.load(f)
    except FileNotFoundError:
        told = {"broken": [], "passed": False, "unproven": [
            said[-2000:]]}
    shutil.rmtree(out, ignore_errors=True)
    return told


def main():
    o = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = o.names or [n for n in TABLE if TABLE[n][3] or not o.short]
    bad = 0
    for name in names:
        promises, faults, seconds, _ = TABLE[name]
        tree = build(name, o)
        told = run(name, faults, seconds, tree, o.mode,
                   os.path.join(DEFECTS, name + ".sql"))
        caught = set(promises.split()) & set(told["broken"])
        bad += not caught
        print(f"{'ok' if caught else 'not ok'} {name}: "
              f"{' '.join(told['broken']) or 'nothing'} broken",
              flush=True)
        if not caught:
            print("\n".join(f"    {x}" for x in told["unproven"]))
        if tree != ROOT:
            shutil.rmtree(tree)
    if not o.names:
        faults = sorted({f for n in names for f in TABLE[n][1].split(",")})
        told = run("sound", ",".join(faults), 12, ROOT, o.mode,
                   "/nonexistent")
        bad += not told["passed"]
        print(f"{'ok' if told['passed'] else 'not ok'} the sound product "
              "passes under the same faults")
        if not told["passed"]:
            print(f"    {told}")
    sys.exit(1 if bad else 0)


main()
