"""Holds docs/metrics.md, the alert rules and the dashboard to what is served.

    metrics.py QUERIES FILE...

FILE is what one process said at /metrics, named metrics.SERVICE.  Prints
"ok WHAT" and "not ok WHAT"; writes the dashboard's queries to QUERIES as
rules, for promtool to read.
"""
import json
import os
import re
import sys

LABELS = {"service", "version", "sqlstate", "code", "as", "le", "outcome",
          "state", "of", "slot", "limit", "class", "unit_kind", "colour"}
SERIES_MAX = 500


def is_(what, faults):
    faults = sorted(faults)
    print(f"{'not ok' if faults else 'ok'} {what}")
    for fault in faults:
        print(f"  {fault}")


def read(path):
    """name -> (kind, help), and the series."""
    families, series = {}, []
    with open(path, encoding="utf-8") as f:
        for line in f:
            words = line.rstrip("\n").split(" ", 3)
            if words[:2] == ["#", "HELP"]:
                families[words[2]] = [None, words[3]]
            elif words[:2] == ["#", "TYPE"]:
                families[words[2]][0] = words[3]
            else:
                series.append(line.rstrip("\n").rsplit(" ", 1)[0])
    return families, series


def text(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def documented():
    """name -> (kind, labels, help, told by)"""
    table = {}
    for line in text("docs/metrics.md").splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0].startswith("`"):
            table[cells[0].strip("`")] = (
                cells[1], {x for x in cells[2].split(", ") if x}, cells[4], cells[3])
    return table


def labels_of(series):
    """name -> its labels, as far as rows of it are served"""
    found = {}
    for row in series:
        name, _, rest = row.partition("{")
        name = re.sub(r"_(bucket|sum|count)$", "", name)
        found.setdefault(name, set()).update(re.findall(r'(\w+)="', rest))
    return found


def anchors(path):
    if not os.path.exists(path):
        return set()
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-")
            for h in re.findall(r"^#+ +(.*)$", text(path), re.M)}


def main(queries, *files):
    table, served, series = documented(), {}, {}
    for path in files:
        who = path.rsplit(".", 1)[1]
        families, series[who] = read(path)
        for name, (kind, said) in families.items():
            served.setdefault(name, {})[who] = (kind, said)

    is_("docs/metrics.md has every metric, and no other",
        set(table) ^ set(served))
    wrong = set()
    for name, by in served.items():
        kind, _, said, told_by = table.get(name, ("", set(), "", ""))
        if {(kind, said)} != set(by.values()):
            wrong.add(f"{name}: {by}")
        who = "all" if len(by) == 6 else "bus" if set(by) == {"bus"} else \
            "services" if len(by) == 5 and "bus" not in by else str(set(by))
        if who != told_by:
            wrong.add(f"{name}: told by {who}")
    for rows in series.values():
        for name, labels in labels_of(rows).items():
            if labels - {"le"} - table.get(name, ("", set()))[1]:
                wrong.add(f"{name}: {labels}")
    is_("and says of each what it says of itself", wrong)

    is_("labels are of a few kinds, and rows are not many",
        {f"{who}: {len(rows)} rows" for who, rows in series.items()
         if len(rows) > SERIES_MAX} |
        {row for rows in series.values() for row in rows
         if set(re.findall(r'(\w+)="', row.partition("{")[2])) - LABELS
         or re.search(r'"\d{6,}-', row)})

    known = set(served) | {f"{n}{end}" for n, by in served.items()
                           if "histogram" in {k for k, _ in by.values()}
                           for end in ("_bucket", "_sum", "_count")}
    for path in ("rules.yml", "rules_test.yml", "dashboard.json"):
        path = f"deploy/observability/{path}"
        is_(f"every metric of {path} is served",
            set(re.findall(r"\b(?:huying|process)_[a-z0-9_]+", text(path))) - known)

    rules = text("deploy/observability/rules.yml")
    n = len(re.findall(r"^ +- alert:", rules, re.M))
    is_("every alert has a severity, a summary and a runbook",
        {word for word in ("expr", "for", "labels: {severity", "summary", "runbook")
         if len(re.findall(rf"^ +{word}", rules, re.M)) != n})
    books = re.findall(r'runbook: "(.*)#(.*)"', rules)
    is_("and its runbook has that heading",
        {f"{path}#{name}" for path, name in books if name not in anchors(path)})
    tests = text("deploy/observability/rules_test.yml")
    is_("and is tested to fire",
        {name for name in re.findall(r"- alert: (\w+)", rules)
         if not re.search(rf"alertname: {name}\n +exp_alerts", tests)})

    board = json.loads(text("deploy/observability/dashboard.json"))
    exprs = [t["expr"] for p in board["panels"] for t in p.get("targets", [])]
    with open(queries, "w", encoding="utf-8") as f:
        f.write("groups:\n- name: dashboard\n  rules:\n")
        for i, expr in enumerate(exprs):
            expr = expr.replace("$__rate_interval", "1m")
            f.write(f"  - record: query:{i}\n    expr: {json.dumps(expr)}\n")
    is_(f"the dashboard has queries ({len(exprs)})", set() if len(exprs) > 20 else {"few"})


main(*sys.argv[1:])
