"""How long the queries of the dashboards take with many miners. Prints one line of JSON.

Usage: bench.py [-v] [MINERS [HOURS]]. Data has a sample every two minutes; steps are those of a scrape
interval of 30 s, so a graph is computed at as many points as in the field. cpu: processor time of
Prometheus, which a busy machine does not stretch."""

import json
import os
import sys
import tempfile
import time

import bundle
import fleet_data
import grafana
import prometheus


class FineView(grafana.View):
    def prepare(self, panel, target):
        expr, step = super().prepare(panel, target)
        if step == self.scrape and "interval" not in target and "interval" not in panel:
            step = max(round(self.length / panel.get("maxDataPoints", 700) / 5) * 5, 30)
            expr = self.expression(target["expr"], step)
        return expr, step


def processor_seconds(process):
    with open(f"/proc/{process.pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
    miners, hours = (numbers + [500, 6][len(numbers):])[:2]
    fleet_data.SETS["bench"] = (miners, hours, 120, True)
    times = []
    with tempfile.TemporaryDirectory(prefix="dashboards-bench-") as folder:
        prometheus.build_history("bench", folder)
        with prometheus.Prometheus(folder) as server:
            for uid, dashboard in bundle.load().items():
                view = FineView(dashboard, server, fleet_data.END, 120)
                for panel in bundle.panels(dashboard):
                    for target in panel["targets"]:
                        began, used = time.monotonic(), processor_seconds(server.process)
                        view.run(panel, target)
                        times.append((processor_seconds(server.process) - used,
                                      time.monotonic() - began, uid, panel["title"]))
    times.sort(reverse=True)
    print(json.dumps({
        "bench": "dashboard_queries", "miners": miners, "hours": hours, "queries": len(times),
        "total_cpu_seconds": round(sum(t[0] for t in times), 2),
        "highest_cpu_seconds": round(times[0][0], 2), "highest_cpu": " / ".join(times[0][2:]),
        "slowest_seconds": round(max(t[1] for t in times), 2),
        "queries_above_one_second": sum(t[1] > 1 for t in times)}))
    if "-v" in sys.argv:
        for cpu, taken, uid, title in times[:15]:
            print(f"{cpu:.2f} s of processor, {taken:.2f} s: {uid} / {title}", file=sys.stderr)


if __name__ == "__main__":
    main()
