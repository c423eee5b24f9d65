"""What a follower may be told, asserted at each message: rules without a network."""
import collections

from log import sha256

# Older places that a pull names; one more is the beginning.
OLDER_PLACES = 127

Place = collections.namedtuple("Place", "position prefix")


class Broken(Exception):
    """A promise that a server did not keep."""


class Crowd:
    """What all followers know together: two who stand at one position hold the same log, or the register had
    lost its tail and grew another one, once."""

    def __init__(self, register, may_lose_tail):
        self.register, self.histories = register, 2 if may_lose_tail else 1
        self.may_lose_tail = may_lose_tail
        self.prefixes = collections.defaultdict(set)
        self.read = {}

    def agree(self, place):
        self.prefixes[place.position].add(place.prefix)
        if len(self.prefixes[place.position]) > self.histories:
            raise Broken(f"followers were told of different logs up to {place.position}")

    def revision(self, data):
        """Its name and its record; read once for all who are told of it."""
        if data not in self.read:
            self.read[data] = sha256(data), self.register.Revision.FromString(data).record
        return self.read[data]


class Follower:
    """One follower's state. `delivered` is all it was told, in order: position, name, record."""

    def __init__(self, crowd):
        self.crowd = crowd
        self.register = None
        self.cursor = None
        # Where the log ended as an unfinished pull began.
        self.until = None
        self.delivered = []
        # Where it had all that the log held.
        self.places = []
        # Positions that it was not told of, since their records had changed again; once it is in step, with the
        # place by which that must have been so.
        self.skipped, self.overtaken = [], []
        self.times_back = 0

    def header(self, header):
        if header.HasField("shared"):
            self.go_back(Place(header.shared.position, header.shared.prefix))
        if self.register is None:
            self.register = header.register
            self.cursor = Place(0, sha256(self.register))
            self.places = [self.cursor]
        if header.HasField("head"):
            head = Place(header.head.position, header.head.prefix)
            self.crowd.agree(head)
            self.until = head if head.position > self.cursor.position else None

    def go_back(self, shared):
        """The log has lost what stood above `shared`, where this follower has stood."""
        if not self.crowd.may_lose_tail:
            raise Broken(f"the log was lost above {shared.position}")
        if shared not in self.places:
            raise Broken(f"shared is {shared.position}, where it never stood")
        self.times_back += 1
        self.cursor, self.until = shared, None
        self.places = [place for place in self.places if place.position <= shared.position]
        self.delivered = [told for told in self.delivered if told[0] <= shared.position]
        self.skipped = []
        self.overtaken = [skip for skip in self.overtaken if skip[1] <= shared.position]

    def batch(self, batch):
        before, through = self.cursor, Place(batch.through.position, batch.through.prefix)
        last, prefix, records = before.position, before.prefix, set()
        for change in batch.changes:
            name, record = self.crowd.revision(change.revision)
            if change.position <= last:
                raise Broken(f"told of {change.position} after {last}")
            if record in records:
                raise Broken(f"a record came twice in the batch up to {through.position}")
            records.add(record)
            self.skipped += range(last + 1, change.position)
            # Only where nothing was skipped does it know the prefix by itself.
            prefix = sha256(prefix + name) if prefix and change.position == last + 1 else None
            last = change.position
            self.delivered.append((change.position, name, record))
        if through.position < last:
            raise Broken(f"a batch ends at {through.position} before its last change {last}")
        if through.position == last and prefix and prefix != through.prefix:
            raise Broken(f"the log up to {through.position} does not go on from {before.position}")
        self.skipped += range(last + 1, through.position + 1)
        self.crowd.agree(through)
        self.cursor = through
        if self.until and through.position >= self.until.position:
            self.until = None
        if batch.remaining == 0 and self.until is None:
            self.overtaken += [(position, through.position) for position in self.skipped]
            self.skipped = []
            if self.places[-1] != through:
                self.places.append(through)

    def older(self):
        """Places to go back to: the latest, thinning out towards the beginning, and that."""
        step, index, chosen = 1, len(self.places) - 1, []
        while index > 0 and len(chosen) < OLDER_PLACES:
            chosen.append(self.places[index])
            step += len(chosen) > OLDER_PLACES // 2
            index -= step
        return [*chosen, self.places[0]]

    def judged(self, log, prefixes, following):
        """What is wrong with all that it was told, held against the whole log in the end. `following` is the
        next entry of the same record behind each position."""
        wrong = [f"it stood at {place.position} in another log" for place in self.places
                 if place.position >= len(prefixes) or prefixes[place.position] != place.prefix]
        names = {one.position: one.name for one in log.entries}
        wrong += [f"{position} was told as another entry" for position, name, _ in self.delivered
                  if names.get(position) != name]
        wrong += [f"{position} was not told by {place}, and nothing overtook it"
                  for position, place in self.overtaken if following.get(position, place + 1) > place]
        if self.cursor != Place(log.head, log.prefix) or self.skipped:
            wrong.append(f"it stands at {self.cursor.position} of {log.head}")
        heads = {one.record: one.position for one in log.entries}
        found = {record: position for position, _, record in self.delivered}
        wrong += [f"its record at {position} is missing" for record, position in heads.items()
                  if found.get(record) != position]
        return wrong


def overtaking(log):
    """The next entry of the same record behind each position that has one."""
    next_of, last = {}, {}
    for one in log.entries:
        if one.record in last:
            next_of[last[one.record]] = one.position
        last[one.record] = one.position
    return next_of
