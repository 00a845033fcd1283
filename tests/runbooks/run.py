#!/usr/bin/python3
"""Runs docs/operations.md: every command of its console blocks, in order,
one shell and one installation a section, and holds what they print to what
the page shows.

    run.py [--record] [SECTION...]

What a reader does not see, the faults, stands in comments of the page:
<!-- run: COMMANDS -->.  Of what is shown, numbers may differ, a line that is
"..." stands for any lines, and "..." within a line for any text.  --record
prints what the commands print, to be put into the page.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/operations.md"
PIECE = re.compile(r"<!-- run:(.*?)-->|^```console\n(.*?)^```$", re.S | re.M)
LIMIT_S = 120


def sections(text):
    """(title, pieces): a piece is a hidden script or a list of commands,
    each with the lines that it is to print."""
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        title, _, body = part.partition("\n")
        pieces = []
        for m in PIECE.finditer(body):
            if m.group(1) is not None:
                pieces.append(("hidden", m.group(1).strip(), []))
                continue
            for line in m.group(2).splitlines():
                if line.startswith("$ "):
                    pieces.append(("shown", line[2:], []))
                elif pieces and line.startswith("> "):
                    kind, command, want = pieces[-1]
                    pieces[-1] = (kind, command + "\n" + line[2:], want)
                else:
                    pieces[-1][2].append(line)
        if pieces:
            yield title.strip(), pieces


def plain(line, work):
    """Directories and ids as the page has them."""
    line = line.replace(str(work), "/var/lib/huying")
    line = re.sub(r"/tmp/huying-\d+-[0-9a-f]{12}", "/tmp/huying-0-ec1f6a9b37d2",
                  line)
    line = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "ID", line)
    return re.sub(r"\b(?=[0-9a-f]*\d)[0-9a-f]{12,64}\b", "ID", line)


def pattern(line):
    """Numbers and blanks may differ."""
    out = []
    for piece in re.split(r"(\.\.\.|\d[\d.,:+T-]*|\s+)", line.strip()):
        if piece == "...":
            out.append(".*")
        elif re.fullmatch(r"\d[\d.,:+T-]*", piece):
            out.append(r"[\d.,:+TA-F-]+")
        elif piece.isspace():
            out.append(r"\s+")
        else:
            out.append(re.escape(piece))
    return "".join(out)


def fits(want, got):
    """Whether GOT are the lines WANT, "..." standing for any."""
    parts, skip = [], False
    for line in want:
        if line.strip() == "...":
            skip = True
            continue
        parts.append((r"(?:.*\n)*?" if skip else "") + pattern(line) + r"\s*\n")
        skip = False
    if skip:
        parts.append(r"(?:.*\n)*")
    text = "".join(line.strip() + "\n" for line in got if line.strip())
    return re.fullmatch("".join(parts), text) is not None


class Shell:
    MARK = "-- done 5c1f --"

    def __init__(self, work):
        env = dict(os.environ, HUYING_VAR=str(work), ROOT=str(ROOT),
                   PATH=f"{ROOT}/build/bin:{os.environ['PATH']}")
        for name in list(env):
            if name.startswith("HUYING_") and name != "HUYING_VAR":
                del env[name]
        self.p = subprocess.Popen(
            ["bash", "--norc"], cwd=ROOT, env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.run(". tests/runbooks/lib.sh")

    def run(self, command):
        self.p.stdin.write(command + f"\necho '{self.MARK}'\n")
        self.p.stdin.flush()
        lines = []
        for line in self.p.stdout:
            if line.rstrip("\n").endswith(self.MARK):
                lines.append(line[:line.rindex(self.MARK)].rstrip("\n"))
                break
            lines.append(line.rstrip("\n"))
        return [x for x in lines if x]

    def end(self):
        self.p.stdin.close()
        self.p.wait()


def play(title, pieces, record):
    work = pathlib.Path(tempfile.mkdtemp(prefix="huying-book."))
    work.chmod(0o755)
    shell = Shell(work)
    failed = 0
    try:
        for kind, command, want in pieces:
            got = shell.run(command)
            if kind == "hidden":
                if record and got:
                    print("\n".join(f"# {x}" for x in got), flush=True)
                continue
            if record:
                print("$ " + command.replace("\n", "\n> "), flush=True)
                print("\n".join(got), flush=True)
                continue
            ok = fits([plain(x, work) for x in want],
                      [plain(x, work) for x in got])
            failed += not ok
            print(f"{'ok' if ok else 'not ok'} {title}: {command.splitlines()[0]}", flush=True)
            if not ok:
                print("  expected:\n    " + "\n    ".join(want))
                print("  got:\n    " + "\n    ".join(got), flush=True)
    finally:
        shell.run("finish")
        shell.end()
        shutil.rmtree(work, ignore_errors=True)
    return failed


def main():
    args = sys.argv[1:]
    record = "--record" in args
    asked = [a for a in args if a != "--record"]
    failed = n = 0
    for title, pieces in sections(PAGE.read_text(encoding="utf-8")):
        if asked and title not in asked:
            continue
        n += 1
        if record:
            print(f"## {title}", flush=True)
        failed += play(title, pieces, record)
    if not record:
        print(f"{n} sections, {failed} commands failed")
    return 1 if failed or n == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
