#!/usr/bin/env python3
"""Followers of a register, each on a connection of its own: followers.py ADDRESS COUNT FOLDER…

They call as the replicas in FOLDER… by turns. Prints a line when all of them follow. A line of standard input then
names a file with the whole log, as log.py reads it, pickled: waits until all have reached its end, judges what they
were told, prints what was found as JSON, and ends. With --may-lose-tail a log that has lost its end is no fault.
"""
import argparse
import asyncio
import collections
import json
import pickle
import random
import resource
import sys
import time

import grpc

import canaries
from follower import Broken, Crowd, Follower, overtaking
from log import credentials, load

ANSWER, PATIENCE = 20, 30
SETTLING = 60
OPTIONS = [("grpc.use_local_subchannel_pool", 1), ("grpc.initial_reconnect_backoff_ms", 100),
           ("grpc.min_reconnect_backoff_ms", 2000), ("grpc.max_reconnect_backoff_ms", 1000)]


class Line:
    """A follower and its call, made again whenever it ends."""

    def __init__(self, crowd, sync, stub):
        self.follower, self.sync, self.stub = Follower(crowd), sync, stub
        self.call, self.deadline = None, 0.0
        self.messages, self.pause, self.ends = 0, 0.0, collections.Counter()
        self.is_back = False
        self.broken = None

    def request(self):
        follower = self.follower
        request = self.sync.PullRequest(protocol=1, follow=True)
        if follower.register is None:
            return request
        request.register = follower.register
        request.cursor.position, request.cursor.prefix = follower.cursor
        if follower.until:
            request.until.position, request.until.prefix = follower.until
        for place in follower.older() if self.is_back else ():
            request.older.add(position=place.position, prefix=place.prefix)
        return request

    async def follow(self):
        """Until it is cancelled, or was told what no server may say."""
        ended = None
        while True:
            try:
                self.call = self.stub.Pull(self.request(), wait_for_ready=True)
                self.deadline = time.monotonic() + ANSWER
                while (message := await self.call.read()) is not grpc.aio.EOF:
                    if ended:
                        self.pause, ended = max(self.pause, time.monotonic() - ended), None
                    self.deadline = time.monotonic() + PATIENCE
                    self.messages += 1
                    self.take(message)
                why = (await self.call.code()).name
            except Broken as broken:
                self.broken = str(broken)
                return
            except grpc.aio.AioRpcError as error:
                names = [value for key, value in error.trailing_metadata() or () if key == "liaison-error"]
                why = names[0] if names else error.code().name
            except asyncio.CancelledError:
                if not self.call.done() or time.monotonic() < self.deadline:
                    raise
                why = "silent"
            self.ends[why] += 1
            if why == "other-history" and self.is_back:
                self.broken = "no place where it stood is one of the log's, not even the beginning"
                return
            self.is_back = why == "other-history"
            ended = ended or time.monotonic()
            await asyncio.sleep(random.uniform(0.05, 0.5))

    def take(self, message):
        if message.HasField("header"):
            self.is_back = False
            self.follower.header(message.header)
        else:
            self.follower.batch(message.batch)


async def watch(lines):
    """Lets go of servers that are silent for longer than a caller has to wait."""
    while True:
        await asyncio.sleep(0.5)
        for line in lines:
            if line.call and time.monotonic() > line.deadline:
                line.call.cancel()


async def until(lines, holds, patience):
    end = time.monotonic() + patience
    while time.monotonic() < end and not all(line.broken or holds(line) for line in lines):
        await asyncio.sleep(0.1)


def judge(lines, log):
    """What is wrong with what they were told, and the figures."""
    prefixes, following = log.prefixes(), overtaking(log)
    wrong = []
    for number, line in enumerate(lines):
        found = [line.broken] if line.broken else line.follower.judged(log, prefixes, following)
        wrong += [f"follower {number}: {one}" for one in found[:3]]
    ends = sum((line.ends for line in lines), collections.Counter())
    canary = max((line.follower for line in lines if not line.broken), default=None,
                 key=lambda one: len(one.delivered))
    return {
        "wrong": wrong, "blind": canaries.of_followers(canary, log) if canary else ["nobody followed"],
        "messages": sum(line.messages for line in lines), "pause": max(line.pause for line in lines),
        "ends": dict(ends), "back": sum(line.follower.times_back for line in lines),
        "one by one": min(len(line.follower.delivered) for line in lines), "entries": log.head}


async def run(given):
    register, sync, service = load()
    crowd = Crowd(register, given.may_lose_tail)
    callers = [credentials(folder) for folder in given.folders]
    channels = [grpc.aio.secure_channel(given.address, callers[number % len(callers)], options=OPTIONS)
                for number in range(given.count)]
    lines = [Line(crowd, sync, service.SyncStub(channel)) for channel in channels]
    tasks = [asyncio.create_task(line.follow()) for line in lines] + [asyncio.create_task(watch(lines))]
    await until(lines, lambda line: line.messages > 1, SETTLING)
    late = sum(line.messages < 2 for line in lines)
    print(f"{late} of {given.count} followers do not follow" if late else "following", flush=True)
    name = (await asyncio.to_thread(sys.stdin.readline)).strip()
    if name:
        with open(name, "rb") as file:
            log = pickle.load(file)
        await until(lines, lambda line: line.follower.cursor.position >= log.head, SETTLING)
        print(json.dumps(judge(lines, log)), flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("count", type=int)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--may-lose-tail", action="store_true")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
