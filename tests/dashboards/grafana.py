"""What Grafana does with a query before Prometheus sees it: variables, step, macros."""

import re

import bundle

MINUTE, HOUR, DAY = 60, 3600, 86400
VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)")


def seconds(text):
    """now-6h, 30s, 5m, 1h, 7d -> seconds."""
    number, unit = re.fullmatch(r"(?:now-)?(\d+)([smhd])", text).groups()
    return int(number) * {"s": 1, "m": MINUTE, "h": HOUR, "d": DAY}[unit]


def duration(value):
    return f"{int(value)}s"


def escape(value):
    """A value inside a PromQL string that is a pattern: the backslash itself is doubled, too."""
    value = value.replace("\\", "\\\\\\\\")
    return re.sub(r"[$^*{}\[\]'+?.()|]", lambda m: "\\\\" + m[0], value)


class View:
    """A dashboard with a time range and chosen values, over one Prometheus.

    chosen: name -> list of values; "all" takes allValue, "expanded" every option one by one."""

    def __init__(self, dashboard, server, end, scrape=30, chosen=None, hours=None):
        self.dashboard, self.server, self.end, self.scrape = dashboard, server, end, scrape
        self.length = hours * HOUR if hours else seconds(dashboard["time"]["from"])
        self.values, self.options = {}, {}
        for variable in dashboard["templating"]["list"]:
            self.choose(variable, (chosen or {}).get(variable["name"]))

    def choose(self, variable, wanted):
        name = variable["name"]
        if variable["type"] == "datasource":
            self.values[name] = "prometheus"
        elif variable["type"] == "textbox":
            self.values[name] = wanted or ""
        else:
            self.options[name] = self.read(self.fill(variable["query"]["query"], {}))
            if wanted == "expanded":
                wanted = self.options[name] if variable["includeAll"] else None
            if wanted and wanted != "all":
                parts = [escape(x) for x in wanted]
                self.values[name] = parts[0] if len(parts) == 1 else f"({'|'.join(parts)})"
            elif variable["includeAll"]:
                self.values[name] = variable["allValue"]
            else:
                self.values[name] = escape(self.options[name][0]) if self.options[name] else ""

    def read(self, query):
        match = re.fullmatch(r"label_values\((.*), (\w+)\)", query)
        reply = self.server.get(f"/api/v1/label/{match[2]}/values", {
            "match[]": match[1], "start": self.end - self.length, "end": self.end})
        return reply["data"]

    def fill(self, expr, macros):
        def value(match):
            name = match[1] or match[2]
            if name in macros:
                return macros[name]
            return self.values[name] if name in self.values else match[0]
        return VARIABLE.sub(value, expr)

    def prepare(self, panel, target):
        """(PromQL, step) as Grafana would send them."""
        least = seconds(target.get("interval") or panel.get("interval") or duration(self.scrape))
        step = max(self.length / panel.get("maxDataPoints", 700), least)
        step = max(round(step / 5) * 5, 1) if step >= 5 else 5
        return self.expression(target["expr"], step), step

    def expression(self, expr, step):
        rate = max(step + self.scrape, 4 * self.scrape)
        return self.fill(expr, {
            "__interval": duration(step), "__rate_interval": duration(rate),
            "__range": duration(self.length), "__range_s": str(self.length)})

    def ask(self, expr, step, instant):
        """The reply of Prometheus. Raises PromError."""
        if instant:
            return self.server.get("/api/v1/query", {"query": expr, "time": self.end})
        return self.server.get("/api/v1/query_range", {
            "query": expr, "start": (self.end - self.length) // step * step,
            "end": self.end // step * step, "step": step})

    def run(self, panel, target):
        expr, step = self.prepare(panel, target)
        return self.ask(expr, step, target["instant"])

    def value(self, title, legend=None):
        """The number that a panel shows: the value of its only query, or of the one named."""
        panel = next(p for p in bundle.panels(self.dashboard) if p["title"] == title)
        target = next(t for t in panel["targets"] if legend in (None, t["legendFormat"]))
        result = self.run(panel, target)["data"]["result"]
        if len(result) != 1:
            raise AssertionError(f"{title}: {len(result)} values instead of one")
        return float(result[0]["value"][1] if target["instant"] else result[0]["values"][-1][1])


def legend_of(target, labels):
    return re.sub(r"\{\{(\w+)\}\}", lambda m: labels.get(m[1], ""), target["legendFormat"])
