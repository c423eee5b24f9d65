"""Reads a page of metrics from standard input with Prometheus' own client, and prints how many samples each
family has."""
import sys

from prometheus_client.parser import text_string_to_metric_families

for family in text_string_to_metric_families(sys.stdin.read()):
    if not family.documentation or family.type == "unknown":
        sys.exit(f"{family.name} has no help or no type")
    print(family.name, family.type, len(family.samples))
