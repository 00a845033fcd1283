#!/usr/bin/python3
"""Limits in a journal of CloudEvents JSON: never early, once, not much late.

A sandbox that is moved in whole minutes sees each within a minute.
"""
import collections
import datetime
import json
import sys

bad = 0
fired = collections.Counter()
for line in open(sys.argv[1], encoding="utf-8"):
    event = json.loads(line)
    kind = event["type"].removeprefix("deadline.")
    if kind == event["type"]:
        continue
    data = event["data"]
    due = datetime.datetime.fromisoformat(data["due_at"])
    at = datetime.datetime.fromisoformat(event["recordedtime"])
    late = (at - due).total_seconds()
    fired[kind, data["thing"], data["limit"], data["due_at"]] += 1
    if kind == "due_soon" and late > 0:
        print("warned after it ended:", event["subject"], data)
        bad += 1
    if kind != "due_soon" and not 0 <= late <= 61:
        print(f"{late} s late:", event["subject"], data)
        bad += 1
for key, n in fired.items():
    if n > 1:
        print("fired", n, "times:", key)
        bad += 1
print(f"{sum(fired.values())} limits, {bad} faults")
sys.exit(1 if bad or not fired else 0)
