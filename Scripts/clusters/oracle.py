"""What must hold in the end. Each oracle is a function from evidence to what is wrong with it; canaries.py shows
each of them evidence that it must find fault with."""
import collections


def whole(log):
    """The log has each position once, each record's entries stand on each other, and the prefix names all of it."""
    positions = [one.position for one in log.entries]
    if positions != list(range(1, log.head + 1)):
        twice = [position for position, count in collections.Counter(positions).items() if count > 1]
        gaps = sorted(set(range(1, log.head + 1)) - set(positions))
        return [f"the log up to {log.head} has no {gaps[:5]}, and twice {twice[:5]}"]
    wrong = []
    if log.prefixes()[-1] != log.prefix:
        wrong.append(f"the prefix at {log.head} does not name the entries that are there")
    heads = {}
    for one in log.entries:
        if one.parent != heads.get(one.record, b""):
            wrong.append(f"{one.position}, of {one.code}, is not made from the record's entry before it")
        heads[one.record] = one.name
    return wrong


def once(log, edits):
    """Every edit that was answered is there exactly once, as it was written."""
    added, titled, heads = collections.defaultdict(list), collections.Counter(), {}
    for one in log.entries:
        before = heads.get(one.record)
        for mark in one.tags - (before.tags if before else frozenset()):
            added[mark].append(one)
        heads[one.record] = one
    for one in heads.values():
        titled[one.title] += 1
    wrong = []
    for edit in edits:
        if edit.answered is None:
            continue
        entries, mark = added[edit.mark], edit.mark
        if len(entries) != 1:
            wrong.append(f"{mark}, answered at {edit.answered:.1f} s, was committed {len(entries)} times")
            continue
        head = heads[entries[0].record]
        if mark not in head.tags:
            wrong.append(f"{mark}, answered at {edit.answered:.1f} s, was taken out again")
        if edit.way == "new" and titled[mark] != 1:
            wrong.append(f"{titled[mark]} records are {mark}, which was made once")
        lines = head.remark.split("\n").count(mark)
        if lines != (edit.way != "shared"):
            wrong.append(f"the line of {mark} is there {lines} times")
    return wrong


def nothing_else(log, edits):
    """Nothing is there that nobody wrote."""
    written = {edit.mark for edit in edits}
    strange = {mark for one in log.entries for mark in one.tags} - written
    return [f"{mark} is there, and nobody wrote it" for mark in sorted(strange)]


def all_answered(edits):
    """In the quiet at the end everything gets an answer."""
    return [f"{edit.mark} was never answered" for edit in edits if edit.answered is None]


def alike(digests):
    """All copies hold the same bytes."""
    counts = collections.Counter(digests.values())
    if len(counts) == 1:
        return []
    usual = counts.most_common(1)[0][0]
    return [f"{name} has digest {digest[:10]}, others {usual[:10]}"
            for name, digest in digests.items() if digest != usual]


def uninterrupted(failed_at, begin, end):
    """No sync failed while servers were restarted in turn."""
    return [f"failed while servers were restarted in turn: {what}" for at, what in failed_at
            if begin <= at <= end]


def lost(edits, since, until):
    """The edits that were answered after the standby heard no more of the primary, and before that died."""
    return [edit for edit in edits if edit.answered is not None and since < edit.answered < until]


def handed_back(log, edits, positions):
    """Those of the edits that are in the log by entries that offices have handed back, at these positions. If
    there are none, nothing was lost, and the run shows nothing."""
    marks = {mark for one in log.entries if one.position in positions for mark in one.tags}
    return [edit for edit in edits if edit.mark in marks]
