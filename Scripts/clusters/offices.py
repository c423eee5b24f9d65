"""Offices that write: real replicas, edited and synced by the command, one thread each."""
import collections
import json
import os
import random
import re
import subprocess
import threading
import time

# Of each sort of turn, so many in ten.
WAYS = ["new"] * 2 + ["own"] * 4 + ["shared"] * 4
# A record of its own takes so many edits before an office begins another.
OWN_EDITS = 30
PATIENCE = 90
FINE, FAILURE, CONFLICTS, UNREACHABLE = 0, 1, 3, 4


class Office:
    """One office, and the person in it: writes, wants it sent, and tries again until it is."""

    def __init__(self, liaison, folder, name, ledger, seed, shared, may_lose_tail):
        self.liaison, self.folder, self.name, self.ledger, self.shared = liaison, folder, name, ledger, shared
        self.may_lose_tail = may_lose_tail
        self.dice = random.Random(f"{seed} {name}")
        self.number = 0
        self.own, self.own_edits = None, 0
        self.waiting = []
        # When somebody began to want a sync, and how many seconds later it was done.
        self.pauses = []
        self.failures = collections.Counter()
        self.failed_at = []
        self.faults = []
        self.handed_back = 0

    def run(self, *arguments):
        command = [self.liaison, *arguments, "-C", self.folder]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE,
                                  env=os.environ | {"LIAISON_AUTHOR": "A. Person", "NO_COLOR": "1"})
        except subprocess.TimeoutExpired:
            self.faults.append(f"{self.name}: {' '.join(arguments)} took over {PATIENCE} s")
            return None
        return done

    def write(self):
        """One edit, which no network is needed for."""
        self.number += 1
        mark = f"{self.name}-{self.number:04}"
        way = self.dice.choice(WAYS)
        if way == "own" and (self.own is None or self.own_edits == OWN_EDITS):
            way = "new"
        if way == "new":
            command = ["new", "action", f"title={mark}", "owner=LYO", "status=open", f"tags={mark}",
                       f"remark={mark}", "--json"]
        elif way == "own":
            command = ["edit", self.own, f"tags+={mark}", f"remark+={mark}", "--note", mark]
        else:
            command = ["edit", self.dice.choice(self.shared), f"tags+={mark}", "--note", mark]
        self.waiting.append(self.ledger.write(mark, way))
        done = self.run(*command)
        if done is None or done.returncode != FINE:
            self.faults.append(f"{self.name} cannot {' '.join(command)}: {done and done.stderr.strip()}")
        elif way == "new":
            self.own, self.own_edits = json.loads(done.stdout)["code"], 0
        elif way == "own":
            self.own_edits += 1

    def sync(self):
        """Whether all that was written is sent and answered."""
        done = self.run("sync", "--json")
        if done is None:
            return False
        if done.returncode == CONFLICTS and self.may_lose_tail:
            self.settle_conflicts()
            return False
        if done.returncode != FINE:
            self.failed(done)
            return False
        self.handed_back += json.loads(done.stdout)["handedBack"]
        status = self.run("status", "--json")
        if status is None or status.returncode != FINE:
            self.faults.append(f"{self.name} has synced, and has no status: {status and status.stderr}")
            return False
        stands = json.loads(status.stdout)
        if stands["pending"]:
            # What was made from another office's lost edit waits with that, until healing is open.
            if self.may_lose_tail and stands["lost"]:
                self.failures["exit 0: waits until healing is open"] += 1
            else:
                self.faults.append(f"{self.name} has synced, and something waits: {stands['pending']}")
            return False
        self.ledger.answer(self.waiting)
        self.waiting = []
        return True

    def settle_conflicts(self):
        """What an office hands back may meet what others wrote since, as in any sync: whoever sits there keeps the
        lines of both sides."""
        for conflict in json.loads(self.run("conflicts", "--json").stdout):
            changes = []
            for part in conflict["disagreements"]:
                theirs, ours = ((part[side] or {}).get("value") or "" for side in ("theirs", "ours"))
                lines = theirs.split("\n")
                lines += [line for line in ours.split("\n") if line not in lines]
                changes.append(f"{part['field']}=" + "\n".join(lines))
            done = self.run("resolve", conflict["code"], *changes)
            if done is None or done.returncode != FINE:
                self.faults.append(f"{self.name} cannot settle {conflict}: {done and done.stderr.strip()}")
            self.failures["exit 3: a conflict, settled"] += 1

    def failed(self, done):
        reason = done.stderr.splitlines()[0] if done.stderr else done.stdout[:200]
        reason = re.sub(r" at 127\.0\.0\.1:\d+", "", reason)
        self.failures[f"exit {done.returncode}: {reason}"] += 1
        self.failed_at.append((self.ledger.now, f"{self.name} at {self.ledger.now:.1f} s: {reason}"))
        # No outage is a conflict, a refusal, or a reason not to be let in.
        if done.returncode not in (UNREACHABLE, FAILURE) or done.stdout:
            self.faults.append(f"{self.name}: sync ended with {done.returncode}: {reason} {done.stdout}")

    def sync_until_answered(self, goes_on, writes=True):
        """Tries until it is sent; a person may go on writing meanwhile."""
        wanted = time.monotonic()
        at = self.ledger.now
        while not self.sync():
            if not goes_on():
                return False
            if writes and self.dice.random() < 0.5:
                self.write()
            time.sleep(self.dice.uniform(0.2, 0.6))
        self.pauses.append((at, time.monotonic() - wanted))
        return True


class Offices:
    """All of them at work until they are told to stop."""

    def __init__(self, offices, pause):
        self.all, self.pause = offices, pause
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(office,)) for office in offices]

    def begin(self):
        for thread in self.threads:
            thread.start()

    def work(self, office):
        while not self.stopped.wait(office.dice.uniform(0.5, 1.5) * self.pause):
            for _ in range(office.dice.choice((1, 1, 1, 2, 3))):
                office.write()
            office.sync_until_answered(lambda: not self.stopped.is_set())

    def end(self):
        self.stopped.set()
        for thread in self.threads:
            if thread.is_alive():
                thread.join()

    def settle(self, patience=120):
        """Sends what waits, and brings everybody to the same place; who cannot is a fault."""
        end = time.monotonic() + patience
        for turn in ("to send", "to pull what others have sent"):
            for office in self.all:
                if not office.sync_until_answered(lambda: time.monotonic() < end, writes=False):
                    office.faults.append(f"{office.name} found no end of {turn} within {patience} s of quiet")
