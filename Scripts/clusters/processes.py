"""Processes that a run starts, waits for, and kills."""
import os
import signal
import socket
import subprocess
import time


class Failed(Exception):
    """The run cannot go on: what it needs does not work. A broken promise is a finding, not this."""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def output(*command, patience=60, **options):
    """What a command prints."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=patience, **options)
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(command)[:200]} does not end") from None
    if done.returncode:
        raise Failed(f"{' '.join(command)[:200]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def until(what, holds, patience=60, pause=0.05):
    """Waits until `holds` answers something true, and returns it."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(pause)
    raise Failed(f"waited {patience} s for {what}")


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def children(parent):
    """The processes that a process has started."""
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{int(name)}/stat") as file:
                # The command stands in parentheses, and may hold some.
                if int(file.read().rpartition(")")[2].split()[1]) == parent:
                    found.append(int(name))
        except (ValueError, OSError):
            pass  # No process, or one that has ended.
    return found


def kill_tree(process):
    """Kills a process and its children at once, none of which can do anything any more, and waits for it."""
    # Stopped, it starts no other while its children are counted.
    process.send_signal(signal.SIGSTOP)
    for one in [process.pid, *children(process.pid)]:
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()
