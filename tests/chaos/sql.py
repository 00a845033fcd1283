"""A psql that stays open: questions of the program that runs the faults.

It may hang or fall with its server: every question has a deadline, and a new
psql is started when one was missed.
"""
import os
import select
import subprocess
import time

END = "--end-of-answer--"


class Away(Exception):
    """No answer: the database is not there, or does not move."""


class Sql:
    def __init__(self, dsn):
        self.dsn = dsn
        self.popen = None

    def open(self):
        self.popen = subprocess.Popen(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=0", self.dsn],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PGCONNECT_TIMEOUT": "2",
                 "PGOPTIONS": "-c statement_timeout=60s"})
        os.set_blocking(self.popen.stdout.fileno(), False)

    def close(self):
        if self.popen is not None:
            self.popen.kill()
            self.popen.wait()
            self.popen.stdin.close()
            self.popen.stdout.close()
            self.popen = None

    def ask(self, query, patience=3.0):
        """The answer's lines."""
        if self.popen is None:
            self.open()
        try:
            self.popen.stdin.write(f"{query};\n\\echo {END}\n".encode())
            self.popen.stdin.flush()
        except (BrokenPipeError, OSError) as e:
            self.close()
            raise Away(str(e)) from e
        return self.read(patience)

    def read(self, patience):
        until = time.monotonic() + patience
        text = b""
        while not text.endswith(END.encode() + b"\n"):
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.popen.stdout], [], [],
                                              left)[0]:
                self.close()
                raise Away("no answer in time")
            chunk = self.popen.stdout.read(1 << 16)
            if chunk == b"":
                self.close()
                raise Away(text.decode(errors="replace").strip())
            text += chunk or b""
        lines = text.decode(errors="replace").splitlines()[:-1]
        bad = [x for x in lines if x.startswith(("ERROR:", "FATAL:",
                                                 "psql:", "server closed"))]
        if bad:
            self.close()
            raise Away(bad[0])
        return lines

    def one(self, query, patience=3.0):
        lines = self.ask(query, patience)
        return lines[0] if lines else ""
