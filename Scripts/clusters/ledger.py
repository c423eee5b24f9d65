"""What was written, and what was answered: each edit has a mark of its own, which stands in the log for ever."""
import dataclasses
import threading
import time


@dataclasses.dataclass
class Edit:
    """One edit. `way` is new (a record of its own, whose title is the mark), own (a line of the remark of a
    record that only its office edits), or shared (a tag of a record that all edit). Each adds its mark as a tag."""
    mark: str
    way: str
    # When the office's sync had sent it and was answered: seconds of the run.
    answered: float | None = None


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.edits = []
        self.begin = time.monotonic()

    @property
    def now(self):
        return time.monotonic() - self.begin

    def write(self, mark, way):
        edit = Edit(mark, way)
        with self.lock:
            self.edits.append(edit)
        return edit

    def answer(self, edits):
        with self.lock:
            for edit in edits:
                edit.answered = self.now

    def count_answered(self, since=0.0):
        with self.lock:
            return sum(edit.answered is not None and edit.answered >= since for edit in self.edits)
