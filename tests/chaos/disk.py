"""An ext4 file system in a file, on a loop device: it can be filled to the
last block, and its power can be cut."""
import array
import fcntl
import os
import subprocess
import time

EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
MIB = 1 << 20


def run(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip()}")


def possible(work):
    if os.geteuid() != 0:
        return "not root"
    d = Disk(os.path.join(work, "try"), 16)
    try:
        d.open()
        d.cut()
        d.close()
    except (RuntimeError, OSError) as e:
        d.close()
        return str(e)
    finally:
        if os.path.exists(d.image):
            os.unlink(d.image)
    return ""


class Disk:
    def __init__(self, path, mib):
        self.path = path
        self.image = path + ".img"
        self.mib = mib
        self.mounted = False
        self.ballast = os.path.join(path, "ballast")

    def open(self):
        os.makedirs(self.path, exist_ok=True)
        if not os.path.exists(self.image):
            with open(self.image, "wb") as f:
                f.truncate(self.mib * MIB)
            run("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1",
                self.image)
        run("mount", "-o", "loop", self.image, self.path)
        self.mounted = True

    def close(self, patience=10.0):
        """Somebody's copy of all mounts may hold it for a moment."""
        until = time.monotonic() + patience
        while self.mounted:
            try:
                run("umount", self.path)
                self.mounted = False
            except RuntimeError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def cut(self):
        """Power off: what is not on the platter is gone, and nothing can be
        written any more."""
        fd = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, EXT4_IOC_SHUTDOWN,
                        array.array("I", [NO_LOG_FLUSH]))
        finally:
            os.close(fd)

    def free(self):
        s = os.statvfs(self.path)
        return s.f_bavail * s.f_frsize

    def fill(self):
        """Takes every free block.  True when none is left."""
        fd = os.open(self.ballast, os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            at, step = os.fstat(fd).st_size, self.free()
            while step >= 4096:
                try:
                    os.posix_fallocate(fd, at, step)
                    at += step
                    step = min(step, self.free())
                except OSError:
                    step //= 2
        finally:
            os.close(fd)
        return self.free() < 64 * 4096

    def unfill(self):
        if os.path.exists(self.ballast):
            os.unlink(self.ballast)
