"""huying top in a terminal of its own: keys, another size, and the way out.

Prints ok and not ok lines."""
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

HUYING = sys.argv[1]


def ok(what, good, seen=""):
    print(f"{'ok' if good else 'not ok'} {what}")
    if not good:
        print("  " + repr(seen[-600:]))


def size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ,
                struct.pack("HHHH", rows, columns, 0, 0))


class Terminal:
    def __init__(self, *args):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(HUYING, ["huying", "top", *args])
        size(self.fd, 30, 110)
        self.text = ""
        self.alive = True

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            got = os.read(self.fd, 65536)
        except OSError:
            got = b""
        self.alive = got != b""
        self.text += got.decode("utf-8", "replace")
        return self.alive

    def until(self, wanted, seconds=10):
        """Reads until the text fits, and forgets what was read so far."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.alive:
            m = re.search(wanted, self.text, re.S)
            if m:
                self.text = self.text[m.end():]
                return True
            self.read(0.2)
        return re.search(wanted, self.text, re.S) is not None

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def left(self, seconds=10):
        """Its exit code; -1 when it does not end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        return -1


t = Terminal("--interval", "500ms")
ok("it takes the whole screen", t.until(r"\x1b\[\?1049h"), t.text)
ok("and draws units, calls and limits",
   t.until(r"UNIT \(.*CALL \(.*LIMIT OF.*q quit"), t.text)
t.press("k")
ok("k: calls alone", t.until(r"\x1b\[H(?:(?!UNIT \(|\x1b\[H).)*CALL \("
                             r"(?:(?!LIMIT OF).)*q quit"), t.text)
t.press("a")
t.press("w")
ok("w: sorted by work", t.until(r"\*WORK"), t.text)
t.press("w")
ok("w again: the other way round", t.until(r"\^WORK"), t.text)
size(t.fd, 12, 40)
ok("another size is drawn at once", t.until(r"\x1b\[12H"), t.text)
t.press("p")
ok("p: it stops", t.until(r"STOPPED|\x1b\[12H"), t.text)
t.press("q")
ok("q: it leaves, with 0", t.left() == 0, t.text)
ok("and gives the screen back", "\x1b[?1049l" in t.text, t.text)

t = Terminal()
t.until("q quit")
os.kill(t.pid, 15)
ok("so it does at SIGTERM", t.left() == 0 and "\x1b[?1049l" in t.text, t.text)
