#!/usr/bin/env python3
"""Several servers behind HAProxy, offices that write and followers that watch, while servers are killed and the
database's primary dies. In the end every answered edit is there exactly once, whoever followed has seen one log, and
all copies are alike: or this says what is not, and exits with 1."""
import argparse
import contextlib
import json
import os
import pathlib
import pickle
import random
import shutil
import subprocess
import sys
import tempfile
import time

import canaries
import log
import oracle
import report
from haproxy import HAProxy
from headquarters import Headquarters
from ledger import Ledger
from offices import Office, Offices
from postgres import Pair
from processes import Failed, until
from servers import Server, Servers

HERE = pathlib.Path(__file__).resolve().parent
# Seconds until somebody, or something, notices that the primary is dead, and promotes the standby.
NOTICED = 2
# Seconds between two servers that are restarted in turn: offices are in the middle of syncs then.
IN_TURN = 1
# Edits that are answered without the standby before the primary dies.
TAIL = 10
SHARED = 10
FOLLOWING, JUDGING = 120, 180


class Followers:
    """The process that follows, as many as are asked for."""

    def __init__(self, address, count, folders, may_lose_tail, folder):
        self.folder = folder
        self.errors = open(f"{folder}/followers.log", "wb")
        self.process = subprocess.Popen(
            [sys.executable, HERE / "followers.py", address, str(count), *folders,
             *(["--may-lose-tail"] if may_lose_tail else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def line(self):
        line = self.process.stdout.readline().strip()
        if not line:
            raise Failed(f"the followers have ended: see {self.folder}/followers.log")
        return line

    def judge(self, whole):
        with open(f"{self.folder}/log.pickle", "wb") as file:
            pickle.dump(whole, file)
        self.process.stdin.write(f"{self.folder}/log.pickle\n")
        self.process.stdin.flush()
        return json.loads(self.line())

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.errors.close()


class Run:
    def __init__(self, given, folder, stack):
        self.given, self.folder = given, folder
        self.may_lose_tail = given.standby == "asynchronous"
        self.ledger = Ledger()
        self.pair = None
        if given.store == "postgresql":
            self.pair = Pair(folder, "asynchronous" if given.plant else given.standby)
            stack.callback(self.pair.stop)
            self.pair.start()
        self.headquarters = Headquarters(
            given.liaison, given.liaisond, folder, self.pair and self.pair.url)
        shared = self.headquarters.make(SHARED)
        self.servers = Servers(
            [Server(given.liaisond, self.headquarters.place, folder, number + 1)
             for number in range(given.servers)], given.seed, self.tell)
        stack.callback(self.servers.stop)
        self.servers.start()
        self.haproxy = HAProxy(folder, self.servers.all)
        self.haproxy.start()
        stack.callback(self.haproxy.stop)
        names = [f"O{number:02}" for number in range(given.offices)]
        folders, watching = self.headquarters.let_in(self.haproxy.address, names, given.followers)
        self.watching = watching
        self.offices = Offices(
            [Office(given.liaison, folder, name, self.ledger, given.seed, shared, self.may_lose_tail)
             for name, folder in zip(names, folders)], given.pause)
        self.followers = Followers(
            self.haproxy.address, given.followers, watching, self.may_lose_tail, folder)
        stack.callback(self.followers.stop)
        self.in_turn = (0.0, 0.0)
        self.outage = None
        # From when on the standby heard no more of the primary, and when that died.
        self.tail = (0.0, 0.0)

    def tell(self, text):
        print(f"{self.ledger.now:6.1f} s  {text}", flush=True)

    def story(self):
        """All that happens while offices write."""
        told = self.followers.line()
        if told != "following":
            raise Failed(told)
        self.ledger.begin = begin = time.monotonic()
        self.tell(f"{self.given.offices} offices write, {self.given.followers} followers watch")
        self.offices.begin()
        try:
            if self.given.servers > 1:
                time.sleep(self.given.seconds * 0.05)
                self.restart_in_turn()
            self.servers.begin_chaos(self.given.mean)
            if self.pair and self.pair.standby:
                dice = random.Random(f"{self.given.seed} primary")
                time.sleep(max(0, begin + self.given.seconds * dice.uniform(0.4, 0.5) - time.monotonic()))
                self.fail_over()
            time.sleep(max(0, begin + self.given.seconds - time.monotonic()))
        finally:
            self.offices.end()
        self.servers.end_chaos()

    def restart_in_turn(self):
        start = self.ledger.now
        self.servers.restart_each(self.haproxy, IN_TURN)
        self.haproxy.reload()
        self.tell("HAProxy was reloaded")
        time.sleep(IN_TURN)
        self.in_turn = start, self.ledger.now

    def fail_over(self):
        if self.may_lose_tail:
            self.pair.cut()
            cut = self.ledger.now
            self.tell("the standby hears no more of the primary")
            until(f"{TAIL} answers that the standby does not know of",
                  lambda: self.ledger.count_answered(cut) >= TAIL)
        if self.given.plant:
            self.pair.cut()
            before = self.ledger.now
            until(f"{TAIL} answers that are lost", lambda: self.ledger.count_answered(before) >= TAIL)
        self.pair.kill_primary()
        died = self.ledger.now
        self.tell("the primary is dead")
        time.sleep(NOTICED)
        self.pair.promote()
        self.tell("the standby is the primary")
        self.outage = died, self.ledger.now
        if self.may_lose_tail:
            self.tail = cut, died
            self.headquarters.heal("open")
            self.tell("healing is open")

    def judge(self):
        """What is wrong, and a report."""
        self.tell("all is quiet")
        self.offices.settle()
        handed_back = self.headquarters.handed_back()
        if self.may_lose_tail:
            self.headquarters.heal("close")
        edits = self.ledger.edits
        whole = log.read(self.haproxy.address, self.watching[0])
        followers = self.followers.judge(whole)
        digests = {office.name: self.headquarters.replica_digest(office.folder) for office in self.offices.all}
        digests["register"] = self.headquarters.digest()
        wrong = [fault for office in self.offices.all for fault in office.faults]
        wrong += oracle.whole(whole) + oracle.once(whole, edits) + oracle.nothing_else(whole, edits)
        wrong += oracle.all_answered(edits) + oracle.alike(digests) + followers["wrong"]
        wrong += oracle.uninterrupted(
            [at for office in self.offices.all for at in office.failed_at], *self.in_turn)
        lost = oracle.lost(edits, *self.tail)
        positions = {item["position"] for item in handed_back}
        returned = oracle.handed_back(whole, lost, positions)
        if self.may_lose_tail and not returned:
            wrong.append("nothing that was lost was handed back")
        if not self.may_lose_tail and handed_back:
            wrong.append(f"{len(handed_back)} entries were handed back, and nothing may have been lost")
        blind = canaries.of_log(whole, edits, digests) + followers["blind"]
        wrong += [f"an oracle is blind: {one}" for one in blind]
        report.write(self, whole, followers)
        if self.may_lose_tail:
            report.write_handed_back(lost, returned, handed_back, followers)
        return wrong


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--liaison", required=True)
    parser.add_argument("--liaisond", required=True)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--offices", type=int, default=50)
    parser.add_argument("--followers", type=int, default=200)
    parser.add_argument("--servers", type=int, default=4, choices=range(1, 5))
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--standby", choices=["synchronous", "asynchronous", "none"], default="synchronous")
    parser.add_argument("--store", choices=["postgresql", "sqlite"], default="postgresql",
                        help="sqlite: one server on a file, without a standby")
    parser.add_argument("--pause", type=float, default=2, help="seconds that an office rests between its turns")
    parser.add_argument("--mean", type=float, default=5, help="seconds between two kills")
    parser.add_argument("--plant", action="store_true",
                        help="a synchronous standby that in truth lags behind: the run must find it")
    parser.add_argument("--keep", action="store_true", help="keep the folder with all logs")
    given = parser.parse_args()
    if given.plant and (given.store, given.standby) != ("postgresql", "synchronous"):
        parser.error("--plant is for a synchronous standby")
    if given.store == "sqlite":
        given.servers, given.standby = 1, "none"
    return given


def main():
    given = options()
    folder = tempfile.mkdtemp(prefix="liaison-cluster-")
    # PostgreSQL runs as another user than root.
    os.chmod(folder, 0o755)
    print(f"seed {given.seed}, all logs in {folder}", flush=True)
    wrong = ["the run broke off"]
    try:
        with contextlib.ExitStack() as stack:
            run = Run(given, folder, stack)
            run.story()
            wrong = run.judge()
    except Failed as failed:
        wrong = [str(failed)]
    finally:
        if not wrong and not given.keep:
            shutil.rmtree(folder)
    for one in wrong[:40]:
        print(f"WRONG: {one}", flush=True)
    if wrong:
        sys.exit(f"cluster: {len(wrong)} things are wrong; the logs are in {folder}\nTry: --seed {given.seed}")
    print("all answered edits are there once, all followers saw one log, all copies are alike")


if __name__ == "__main__":
    main()
