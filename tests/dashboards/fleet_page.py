"""Series as OpenMetrics text with timestamps."""

EXPORTER = {"job": "antminer", "instance": "127.0.0.1:14028"}


class Page:
    """Writes series; a value of None is a gap."""

    def __init__(self, out, times, job_of_miners="antminer"):
        self.out, self.job_of_miners = out, job_of_miners
        self.times = times
        self.stamps = [f" {t}\n" for t in times]
        self.families = {}  # name -> label names, for the check against the contract

    def series(self, name, labels, values):
        """values: one for each time, or a single number for all."""
        family = name
        for suffix in ("_bucket", "_sum", "_count"):
            if name.endswith("_seconds" + suffix):
                family = name[: -len(suffix)]
        self.families.setdefault(family, set()).update(set(labels) - {"le"})
        full = {**EXPORTER, **labels}
        if "miner" in labels:
            full["job"] = self.job_of_miners
        head = name + "{" + ",".join(f'{k}="{v}"' for k, v in full.items() if v != "") + "} "
        if isinstance(values, (int, float)):
            text = head + repr(values)
            self.out.write("".join([text + stamp for stamp in self.stamps]))
            return
        self.out.write("".join([head + repr(v) + stamp
                                for v, stamp in zip(values, self.stamps) if v is not None]))


def counter(rates, step, first=0.0, reset_at=None):
    """Sums rates (None: stands still). reset_at: index at which it starts from zero."""
    total, values = first, []
    for i, rate in enumerate(rates):
        if i == reset_at:
            total = 0.0
        total += (rate or 0.0) * step
        values.append(round(total, 3))
    return values
