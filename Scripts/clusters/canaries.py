"""Evidence with a planted fault, made from a run's own: an oracle that does not find it is blind, and the run shows
nothing."""
import copy
import dataclasses
import types

import oracle
from follower import Broken, Crowd, Follower, overtaking
from ledger import Edit
from log import Log, sha256


def of_log(log, edits, digests):
    """What the oracles over the log, the ledger and the digests do not find."""
    last, middle = log.entries[-1], log.head // 2
    answered = [edit for edit in edits if edit.answered is not None]
    one = lambda way: next((edit for edit in answered if edit.way == way), None)
    plants = {
        "an entry is missing in the middle": lambda: oracle.whole(
            changed(log, log.entries[:middle] + log.entries[middle + 1:])),
        "the last entry is missing": lambda: oracle.whole(changed(log, log.entries[:-1])),
        "an entry is there twice": lambda: oracle.whole(changed(log, [*log.entries, last])),
        "the log has lost its end": lambda: oracle.whole(
            dataclasses.replace(log, head=log.head - 1, entries=log.entries[:-1])),
        "an entry is another one": lambda: oracle.whole(
            changed(log, [*log.entries[:-1], dataclasses.replace(last, name=bytes(32))])),
        "an entry is made from another": lambda: oracle.whole(
            changed(log, [*log.entries[:-1], dataclasses.replace(last, parent=bytes(32))])),
        "an answered edit is nowhere": lambda: oracle.once(log, [*edits, Edit("LOST", "shared", 0.0)]),
        "there is an edit that nobody wrote": lambda: oracle.nothing_else(
            log, [edit for edit in edits if edit is not edits[0]]),
        "an edit has no answer": lambda: oracle.all_answered([*edits, Edit("NEVER", "own")]),
        "a copy differs": lambda: oracle.alike({**digests, "other": "0" * 64}),
        "a sync failed in a rolling restart": lambda: oracle.uninterrupted([(1.0, "")], 0.0, 2.0),
        "nothing that was lost was handed back": lambda: not oracle.handed_back(log, edits, ())}
    for way in ("new", "own", "shared"):
        edit = one(way)
        if edit is None:
            return [f"nobody has made an edit of the sort {way}: a longer run"]
        plants[f"an edit of the sort {way} is lost"] = lambda mark=edit.mark: oracle.once(
            without(log, mark), edits)
        plants[f"an edit of the sort {way} is committed twice"] = lambda mark=edit.mark: oracle.once(
            twice(log, mark), edits)
    plants["a line is there twice"] = lambda: oracle.once(doubled(log, one("own").mark), edits)
    plants["a record was made twice"] = lambda: oracle.once(changed(
        log, [*log.entries, titled(log, one("new").mark)]), edits)
    return [name for name, found in plants.items() if not found()]


def changed(log, entries):
    return dataclasses.replace(log, entries=entries)


def without(log, mark):
    """The same log in which nobody has ever added the mark."""
    return changed(log, [dataclasses.replace(one, tags=one.tags - {mark}) for one in log.entries])


def twice(log, mark):
    """The same log, in which the mark is taken out and added again."""
    head = [one for one in log.entries if mark in one.tags][-1]
    return changed(log, [*log.entries, dataclasses.replace(head, tags=head.tags - {mark}), head])


def doubled(log, mark):
    """The same log, in which the head of the mark's record has its line twice."""
    head = [one for one in log.entries if mark in one.tags][-1]
    return changed(log, [*log.entries, dataclasses.replace(head, remark=f"{head.remark}\n{mark}")])


def titled(log, mark):
    """A second record with the title of the mark's, and nothing in it."""
    made = next(one for one in log.entries if one.title == mark)
    return dataclasses.replace(made, record=bytes(16), tags=frozenset(), remark="")


def of_followers(follower, log):
    """What is not found in what a follower was told, neither in the end nor at each message."""
    prefixes, following = log.prefixes(), overtaking(log)
    position, _, record = follower.delivered[-1]
    plants = {
        "a change was not told": {"delivered": follower.delivered[:-1]},
        "a change was told as another": {"delivered": [*follower.delivered[:-1], (position, bytes(32), record)]},
        "it stood in another log": {"places": [*follower.places, type(follower.cursor)(1, bytes(32))]},
        "it was left behind": {"cursor": follower.places[0]},
        "what was skipped was not overtaken": {"overtaken": [(log.head, log.head)]},
        "what was skipped never came": {"skipped": [log.head]}}
    blind = []
    for name, fault in plants.items():
        planted = copy.copy(follower)
        vars(planted).update(fault)
        if not planted.judged(log, prefixes, following):
            blind.append(name)
    if of_good_messages():
        blind.append("messages with no fault in them were called broken")
    return blind + [name for name, messages in BAD.items() if not is_broken(messages)]


def header(**fields):
    return types.SimpleNamespace(**fields, HasField=lambda name: name in fields)


def place(position, salt=b""):
    """Where the made-up log stands after so many entries; another log's with salt."""
    prefix = sha256(b"register")
    for number in range(1, position + 1):
        prefix = sha256(prefix + sha256(b"%d" % number + salt))
    return types.SimpleNamespace(position=position, prefix=prefix)


def batch(through, *positions, remaining=0):
    """A batch of the made-up log, whose entries are of a record each, but every tenth of record 0."""
    changes = [types.SimpleNamespace(position=number, revision=b"%d" % number) for number in positions]
    return types.SimpleNamespace(changes=changes, through=through, remaining=remaining)


class Revisions:
    """Stands for the wire's: a made-up revision is its number."""

    class Revision:
        @staticmethod
        def FromString(data):
            return types.SimpleNamespace(record=b"0" if data.endswith(b"0") else data)


def is_broken(messages):
    """Whether one of the messages is refused; a list stands for what another follower is told."""
    crowd = Crowd(Revisions, may_lose_tail=False)
    try:
        for told in messages if isinstance(messages[0], list) else [messages]:
            follower = Follower(crowd)
            for message in told:
                (follower.batch if hasattr(message, "through") else follower.header)(message)
    except Broken:
        return True
    return False


START = header(register=b"register", head=place(3))
BAD = {
    "a position is told twice": [START, batch(place(3), 1, 2, 2)],
    "positions go back": [START, batch(place(3), 1, 2, 3), batch(place(3), 3)],
    "a batch comes again": [START, batch(place(3), 1, 2, 3), batch(place(2))],
    "a record comes twice in a batch": [START, batch(place(20), *range(1, 21))],
    "the log does not go on": [START, batch(place(3), 1, 2, 3), batch(place(4, b"other"), 4)],
    "a heartbeat stands in another log": [START, batch(place(3), 1, 2, 3), batch(place(3, b"other"))],
    "a batch ends before its last change": [START, batch(place(2), 1, 2, 3)],
    "two followers are told of two logs": [
        [START, batch(place(3), 1, 3)], [START, batch(place(3, b"other"), 1, 3)]],
    "an answered log has lost its end": [
        START, batch(place(3), 1, 2, 3), header(register=b"", shared=place(0))]}


def of_good_messages():
    return is_broken([START, batch(place(2), 1, 2, remaining=1), batch(place(3), 3), batch(place(3)),
                      batch(place(6), 4, 6), batch(place(8))])
