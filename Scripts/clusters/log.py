"""The whole log of a register, read by a third party's client: the evidence that the oracles judge."""
import concurrent.futures
import dataclasses
import hashlib
import pathlib
import sys

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "Tests/Interop"))
from client import credentials, load  # noqa: E402

# The fields of an action by which edits are told apart.
TITLE, TAGS, REMARK = 1, 6, 7
READERS = 8
PATIENCE = 60


def sha256(data):
    return hashlib.sha256(data).digest()


@dataclasses.dataclass(frozen=True)
class Entry:
    """What the log holds at one position."""
    position: int
    record: bytes
    name: bytes
    parent: bytes
    code: str
    title: str
    tags: frozenset
    remark: str


def entry(register, position, data):
    revision = register.Revision.FromString(data)
    fields = {field.number: field for field in revision.fields} if not revision.deleted else {}
    title, tags, remark = (fields.get(number, register.Field()) for number in (TITLE, TAGS, REMARK))
    return Entry(position, revision.record, sha256(data), revision.parent, revision.code, title.text,
                 frozenset(tags.texts.members), remark.prose)


@dataclasses.dataclass
class Log:
    register: bytes
    head: int
    prefix: bytes
    entries: list

    def prefixes(self):
        """The prefix of each position, by it, as the entries make them."""
        made = [sha256(self.register)]
        for one in self.entries:
            made.append(sha256(made[-1] + one.name))
        return made


def read(address, folder):
    """Reads what changed last, and of each record all that the register has of it."""
    register, sync, service = load()
    with grpc.secure_channel(address, credentials(folder)) as channel:
        stub = service.SyncStub(channel)
        messages = list(stub.Pull(sync.PullRequest(protocol=1), timeout=PATIENCE))
        header = messages[0].header
        records = [register.Revision.FromString(change.revision).record
                   for message in messages[1:] for change in message.batch.changes]

        def history(record):
            request = sync.HistoryRequest(
                protocol=1, register=header.register, record=record, cursor=header.head)
            return [entry(register, change.position, change.revision)
                    for message in stub.History(request, timeout=PATIENCE)
                    for change in message.revisions if change.position > 0]

        with concurrent.futures.ThreadPoolExecutor(READERS) as readers:
            entries = [one for part in readers.map(history, records) for one in part]
    entries.sort(key=lambda one: one.position)
    return Log(header.register, header.head.position, header.head.prefix, entries)
