"""HAProxy before the servers, with Scripts/ops/haproxy.cfg as it is."""
import os
import pathlib
import signal
import socket
import subprocess

from processes import Failed, children, free_port, listens, output, until

NAMES = "one", "two", "three", "four"
CONFIGURATION = pathlib.Path(__file__).resolve().parent.parent / "ops/haproxy.cfg"


class HAProxy:
    def __init__(self, folder, servers):
        self.folder, self.port = folder, free_port()
        self.socket = f"{folder}/haproxy.sock"
        self.environment = os.environ | {
            "LIAISON_LISTEN": self.address, "LIAISON_HAPROXY_SOCKET": self.socket}
        for number, server in enumerate(servers, 1):
            self.environment[f"LIAISON_SERVER_{number}"] = server.address
            if server.ready_port:
                self.environment[f"LIAISON_READY_PORT_{number}"] = str(server.ready_port)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        output("haproxy", "-c", "-q", "-f", str(CONFIGURATION), env=self.environment)
        with open(f"{self.folder}/haproxy.log", "wb") as log:
            self.process = subprocess.Popen(
                ["haproxy", "-W", "-f", CONFIGURATION], env=self.environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        until(f"HAProxy, see {self.folder}/haproxy.log", lambda: self.answers() and listens(self.port))
        until("HAProxy's servers", lambda: set(self.states().values()) == {"UP"})

    def answers(self):
        if self.process.poll() is not None:
            raise Failed(f"HAProxy has ended: see {self.folder}/haproxy.log")
        return os.path.exists(self.socket)

    def ask(self, command):
        """What HAProxy answers to a command of its administration."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(self.socket)
            line.sendall(command.encode() + b"\n")
            answer = b""
            while part := line.recv(1 << 16):
                answer += part
        return answer.decode()

    def states(self):
        """Each server's state by its name: UP, DOWN, DRAIN …"""
        rows = [row.split(",") for row in self.ask("show stat").lstrip("# ").splitlines() if row]
        column = rows[0].index("status")
        return {row[1]: row[column] for row in rows[1:]
                if row[0] == "servers" and row[1] != "BACKEND"}

    def drain(self, number):
        """Sends a server no new calls, and lets those go on that it has."""
        name = NAMES[number - 1]
        self.ask(f"set server servers/{name} state drain; disable health servers/{name}")
        until(f"the draining of server {number}", lambda: self.states()[name].startswith("DRAIN"))

    def undrain(self, number):
        name = NAMES[number - 1]
        self.ask(f"enable health servers/{name}; set server servers/{name} state ready")
        until(f"the return of server {number}", lambda: self.states()[name] == "UP")

    def reload(self):
        """A new process takes over what comes; the old one keeps what it has. Waits until that is so."""
        before = children(self.process.pid)
        self.process.send_signal(signal.SIGUSR2)
        until("HAProxy's new process", lambda: set(children(self.process.pid)) - set(before))
        until("HAProxy's socket", lambda: self.states())

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()
