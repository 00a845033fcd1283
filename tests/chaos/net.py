"""One bridge in a namespace of its own, and a namespace for each part.

Nothing here touches the network of the machine: the bridge, its ports and
every rule lie inside namespaces that this run made, and go with it.
"""
import os
import subprocess

HOSTS = {"pg": "10.99.0.2", "pg2": "10.99.0.3", "bus": "10.99.0.4",
         "svc": "10.99.0.5", "cli": "10.99.0.6"}
LAN = "lan"


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def must(*argv):
    done = run(*argv)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip()}")
    return done.stdout


def possible():
    """Root, and a kernel that lets us make a namespace with a filter."""
    if os.geteuid() != 0:
        return "not root"
    name = f"hc{os.getpid()}try"
    for argv in (("ip", "netns", "add", name),
                 ("ip", "-n", name, "link", "add", "t0", "type", "veth",
                  "peer", "name", "t1"),
                 ("ip", "-n", name, "link", "add", "b0", "type", "bridge"),
                 ("nsenter", f"--net=/run/netns/{name}", "iptables", "-L",
                  "-n")):
        try:
            done = run(*argv)
        except FileNotFoundError:
            run("ip", "netns", "del", name)
            return f"no {argv[0]}"
        if done.returncode:
            run("ip", "netns", "del", name)
            return f"{' '.join(argv[:4])}...: {done.stderr.strip()}"
    run("ip", "netns", "del", name)
    return ""


class Net:
    """made: False leaves everything in the machine's own namespace."""

    def __init__(self, made, tag):
        self.made = made
        self.tag = f"hc{tag}"
        if made:
            self.build()

    def name(self, host):
        return f"{self.tag}-{host}"

    def build(self):
        try:
            for host in [LAN, *HOSTS]:
                must("ip", "netns", "add", self.name(host))
                must("ip", "-n", self.name(host), "link", "set", "lo", "up")
            lan = self.name(LAN)
            must("ip", "-n", lan, "link", "add", "br0", "type", "bridge")
            must("ip", "-n", lan, "link", "set", "br0", "up")
            for host, address in HOSTS.items():
                ns = self.name(host)
                must("ip", "-n", lan, "link", "add", host, "type", "veth",
                     "peer", "name", "eth0", "netns", ns)
                must("ip", "-n", lan, "link", "set", host, "master", "br0",
                     "up")
                must("ip", "-n", ns, "addr", "add", address + "/24", "dev",
                     "eth0")
                must("ip", "-n", ns, "link", "set", "eth0", "up")
        except RuntimeError:
            self.close()
            raise

    def inside(self, host):
        """What to put before a command so that it runs at HOST.  nsenter and
        not "ip netns exec": that one would also copy the mounts, and a copy
        keeps a disk busy that is to be taken away."""
        if not self.made or host is None:
            return []
        return ["nsenter", f"--net=/run/netns/{self.name(host)}"]

    def tables(self, host, *words):
        return must(*self.inside(host), "iptables", "-w", *words)

    def cut(self, here, there, mode):
        """Cuts HERE from THERE: in, out, both, or reset."""
        for rule in self.rules(there, mode):
            self.tables(here, "-A", *rule)

    def heal(self, here, there, mode):
        """Takes the cut back; how many packets it stopped."""
        stopped = self.stopped(here)
        for rule in self.rules(there, mode):
            self.tables(here, "-D", *rule)
        return stopped

    @staticmethod
    def rules(there, mode):
        at = HOSTS[there]
        drop_in = ("INPUT", "-s", at, "-j", "DROP")
        drop_out = ("OUTPUT", "-d", at, "-j", "DROP")
        reset = ("OUTPUT", "-d", at, "-p", "tcp", "-j", "REJECT",
                 "--reject-with", "tcp-reset")
        return {"in": [drop_in], "out": [drop_out],
                "both": [drop_in, drop_out], "reset": [reset]}[mode]

    def stopped(self, here):
        total = 0
        for chain in ("INPUT", "OUTPUT"):
            for line in self.tables(here, "-nvxL", chain).splitlines()[2:]:
                total += int(line.split()[0])
        return total

    def heal_all(self):
        if self.made:
            for host in HOSTS:
                run(*self.inside(host), "iptables", "-w", "-F")

    def close(self):
        if self.made:
            for host in [LAN, *HOSTS]:
                run("ip", "netns", "del", self.name(host))
