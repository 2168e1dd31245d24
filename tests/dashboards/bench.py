"""How long the queries of the dashboards take with many miners. Prints one line of JSON.

Usage: bench.py [MINERS [HOURS]]. Data has a sample every two minutes; steps are those of a scrape
interval of 30 s, so a graph is computed at as many points as in the field."""

import json
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


def main():
    miners = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    hours = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    fleet_data.SETS["bench"] = (miners, hours, 120, True)
    times = []
    with tempfile.TemporaryDirectory(prefix="dashboards-bench-") as folder:
        prometheus.build_history("bench", folder)
        with prometheus.Prometheus(folder) as server:
            for uid, dashboard in bundle.load().items():
                view = FineView(dashboard, server, fleet_data.END, 120)
                for panel in bundle.panels(dashboard):
                    for target in panel["targets"]:
                        began = time.monotonic()
                        view.run(panel, target)
                        times.append((time.monotonic() - began, uid, panel["title"]))
    times.sort(reverse=True)
    print(json.dumps({
        "bench": "dashboard_queries", "miners": miners, "hours": hours, "queries": len(times),
        "total_seconds": round(sum(t[0] for t in times), 2),
        "slowest_seconds": round(times[0][0], 3), "slowest": " / ".join(times[0][1:]),
        "above_one_second": sum(t[0] > 1 for t in times)}))
    if "-v" in sys.argv:
        for taken, uid, title in times[:15]:
            print(f"{taken:.2f} {uid} {title}", file=sys.stderr)


if __name__ == "__main__":
    main()
