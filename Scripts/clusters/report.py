"""What a run has shown, for people."""
import collections
import statistics


def write(run, whole, followers):
    offices, given = run.offices.all, run.given
    print(f"\nseed {given.seed}: {given.servers} servers, {given.offices} offices, {given.followers} followers, "
          f"{given.seconds:.0f} s, {given.store}, standby {given.standby}")
    print(f"{run.ledger.count_answered()} of {len(run.ledger.edits)} edits answered, {whole.head} entries, "
          f"{run.servers.kills} times kill -9, {run.servers.terms} times SIGTERM")
    begin, end = run.in_turn
    if end:
        done = sum(begin <= at <= end for office in offices for at, _ in office.pauses)
        print(f"{done} syncs while servers were restarted in turn, from {begin:.1f} s to {end:.1f} s")
    if run.outage:
        print(f"no primary from {run.outage[0]:.1f} s to {run.outage[1]:.1f} s")
    pauses = sorted((seconds, at) for office in offices for at, seconds in office.pauses)
    longest, at = pauses[-1]
    print(f"the longest pause that a person saw: {longest:.1f} s, from {at:.1f} s on; half of {len(pauses)} syncs "
          f"within {statistics.median(seconds for seconds, _ in pauses):.2f} s, 99 of 100 within "
          f"{pauses[len(pauses) * 99 // 100][0]:.1f} s")
    failures = sum((office.failures for office in offices), collections.Counter())
    print(f"syncs that failed and were tried again: {sum(failures.values())}")
    for reason, count in failures.most_common():
        print(f"  {count:4}  {reason}")
    print(f"followers: {followers['messages']} messages, the longest gap {followers['pause']:.1f} s, each was told of "
          f"{followers['one by one']} or more of {followers['entries']} entries")
    ends = ", ".join(f"{count} {why}" for why, count in followers["ends"].items())
    print(f"  their calls that ended: {ends or 'none'}")
    print(f"MiB of the servers: {', '.join(f'{server.memory:.0f}' for server in run.servers.all)}")


def write_handed_back(lost, returned, items, followers):
    print(f"{len(lost)} edits were answered that the standby did not have; {len(returned)} of them came back as they "
          f"were, in {len(items)} entries; {followers['back']} followers went back")
    for item in sorted(items, key=lambda item: item["position"]):
        print(f"  {item['position']:6}  {item['code']}  written by {item['office']}, handed back by "
              f"{item['handedBackBy']}  {item['note']}")
