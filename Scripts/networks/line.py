#!/usr/bin/env python3
"""A long, bad line between two network interfaces that it makes: line.py MILLISECONDS PERCENT

Prints the names of the two (TAP devices), and then carries each frame from one to the other: that many
milliseconds later, or, for so many of a hundred, never. Ends with its standard input."""
import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000


def interface():
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    answer = fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH22x", b"line%d", IFF_TAP | IFF_NO_PI))
    return file, answer[:16].rstrip(b"\0").decode()


def main():
    delay, loss = float(sys.argv[1]) / 1000, float(sys.argv[2]) / 100
    ends = [interface(), interface()]
    print(*(name for _, name in ends), flush=True)
    other = {ends[0][0]: ends[1][0], ends[1][0]: ends[0][0]}
    under_way, number = [], 0
    while True:
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        readable, _, _ = select.select([sys.stdin, *other], [], [], wait)
        for file in readable:
            if file is sys.stdin:
                if not sys.stdin.readline():
                    return
                continue
            try:
                frame = os.read(file, 65536)
            except OSError:  # The interface is down: whatever it had is gone.
                time.sleep(0.01)
                continue
            if random.random() >= loss:
                number += 1
                heapq.heappush(under_way, (time.monotonic() + delay, number, other[file], frame))
        while under_way and under_way[0][0] <= time.monotonic():
            _, _, file, frame = heapq.heappop(under_way)
            try:
                os.write(file, frame)
            except OSError:
                pass  # The other end is down.


main()
