"""What the database holds at the end, read in one transaction, and what else
is known of a run; as files, so that the checker needs nothing but them."""
import glob
import json
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
PROOF = 1000      # less than this acknowledged proves nothing

# name: query, each read under the same snapshot.
TABLES = {
    "key": "SELECT source, id, seq, digest FROM journal.event_key",
    "event": "SELECT seq, epoch::bigint, (extract(epoch FROM at) * 1000000)"
             "::bigint, slot::bigint, source, id, type, coalesce(subject, '')"
             ", division, envelope FROM journal.event ORDER BY seq",
}
TEXTS = {
    "cursor": "SELECT service, slot, seq FROM run.cursor",
    "parked": "SELECT service, seq, casefile, reason "
              "FROM run.parked",
    "dropped": "SELECT service, seq FROM run.parked_log "
               "WHERE action = 'dropped'",
    "deadline": "SELECT service, thing, name, state, kind, "
                "extract(epoch FROM due_at), extract(epoch FROM met_at), "
                "extract(epoch FROM armed_at), casefile FROM run.deadline",
    "epoch": "SELECT epoch, from_seq, reason FROM journal.epoch "
             "ORDER BY epoch",
    "now": "SELECT extract(epoch FROM run.now())",
}
FORBIDDEN = ("UPDATE journal.event SET type = 'x' WHERE seq = 1",
             "DELETE FROM journal.event WHERE seq = 1",
             "TRUNCATE journal.event", "TRUNCATE journal.event_1",
             "UPDATE journal.link SET hash = ''", "DELETE FROM journal.link",
             "TRUNCATE journal.link")


def copy(place):
    """psql's script: everything out of one snapshot."""
    lines = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;",
             "SET LOCAL statement_timeout = 0;"]
    for name, query in TABLES.items():
        lines.append(f"\\copy ({query}) TO '{place}/{name}.bin' "
                     "(FORMAT binary)")
    for name, query in TEXTS.items():
        lines.append(f"\\copy ({query}) TO '{place}/{name}.tsv'")
    return "\n".join([*lines, "COMMIT;", ""])


def tried(world, dsn, statement):
    """Whether STATEMENT was refused; it is rolled back in any case."""
    done = subprocess.run(
        ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-c",
         f"BEGIN; {statement}; ROLLBACK"], env=world.env(),
        capture_output=True, text=True, check=False)
    return done.returncode != 0


def forbidden(world):
    """Statements on the journal that went through though they must not."""
    return [f"{who}: {statement}"
            for who in ("huying", "huying_bus", "huying_intake")
            for statement in FORBIDDEN
            if not tried(world, f"{world.admin} user={who}", statement)]


def second(world, place):
    """The answers of second.sql: {question: number}."""
    said = os.path.join(place, "said.tsv")
    with open(said, "w", encoding="ascii") as out:
        for path in sorted(glob.glob(world.history("*"))):
            with open(path, encoding="ascii", errors="replace") as f:
                out.writelines(x for x in f if x.endswith("\n") and
                               x.count("\t") == 9)
    os.chmod(said, 0o644)
    answers = world.psql(world.admin, "-v", f"said={said}", "-f",
                         os.path.join(HERE, "second.sql"))
    os.unlink(said)
    return {k: int(n) for k, n in (x.split("|")
                                   for x in answers.splitlines() if "|" in x)}


def of_process(p):
    return {"deaths": p.deaths, "samples": p.samples, "log": p.log}


def take(run):
    """Leaves everything in WORK/dump and returns that directory."""
    w = run.world
    place = os.path.join(w.work, "dump")
    os.mkdir(place)
    os.chmod(place, 0o755)
    script = os.path.join(place, "copy.sql")
    with open(script, "w", encoding="ascii") as f:
        f.write(copy(place))
    w.psql(w.admin, "-f", script)
    with open(os.path.join(place, "tables.sql"), "wb") as f:
        subprocess.run(["pg_dump", "--exclude-schema=vault",
                        "--exclude-table-data=journal.*", w.admin], stdout=f,
                       env=w.env(), check=True)
    verify = w.huying("verify", check=False)
    replayed = w.huying("replay", "all", check=False)
    about = {
        "seed": run.seed, "histories": w.histories,
        "tree": w.tree, "counts": run.counts, "missed": run.missed,
        "stuck": run.stuck, "rounds": run.rounds, "least": PROOF,
        "may_lose": run.act.standby == "async",
        "poisoned": w.poisoned, "dropped": w.dropped,
        "forbidden": forbidden(w),
        "second": second(w, place),
        "verify": [verify.returncode, (verify.stdout + verify.stderr)[-500:]],
        "replay": [replayed.returncode,
                    (replayed.stdout + replayed.stderr)[-500:]],
        "processes": {n: of_process(p) for n, p in
                      {**w.processes, **w.clients}.items()},
    }
    with open(os.path.join(place, "about.json"), "w", encoding="ascii") as f:
        json.dump(about, f)
    shutil.copytree(w.histories, os.path.join(place, "history"))
    shutil.copytree(w.logs, os.path.join(place, "log"))
    for extra in glob.glob(os.path.join(w.work, "data/pg/log/*")):
        shutil.copy(extra, os.path.join(place, "log"))
    return place
