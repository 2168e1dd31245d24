// Answers about all miners: totals, newest figures, means over a window.
#include <algorithm>
#include <cmath>

#include "api/routes.h"
#include "api/rows.h"

namespace antx {
namespace {

double Rounded(double value, int digits) {
  const double scale = std::pow(10.0, digits);
  return std::round(value * scale) / scale;
}

std::optional<double> Rounded(std::optional<double> value, int digits) {
  if (!value) return value;
  return Rounded(*value, digits);
}

/// Sums and means over the miners of one answer.
struct Totals {
  double power = 0, hashrate = 0, uptime = 0;
  double temp_sum = 0, fan_sum = 0;
  int temps = 0, fans = 0, live = 0, stored = 0;

  void Add(const MinerRow& row) {
    ++(row.live ? live : stored);
    power += row.figures.power_w.value_or(0);
    // Rates of different algorithms do not add up.
    if (row.sha256) hashrate += row.figures.hashrate_ths.value_or(0);
    uptime = std::max(uptime, row.figures.elapsed_s.value_or(0));
    Count(row.figures.avg_temp_c, temp_sum, temps);
    Count(row.figures.avg_fan_rpm, fan_sum, fans);
  }
  static void Count(std::optional<double> value, double& sum, int& count) {
    if (!value || *value == 0) return;
    sum += *value;
    ++count;
  }
  /// Without any data 0, as without any miner; null when nobody of those with data told.
  [[nodiscard]] std::optional<double> Mean(double sum, int count) const {
    if (count > 0) return sum / count;
    if (live + stored == 0) return 0.0;
    return std::nullopt;
  }
  [[nodiscard]] std::string_view Source() const {
    if (live + stored == 0) return "none";
    if (stored == 0) return "live";
    return live == 0 ? "db_fallback" : "mixed";
  }
};

void WriteLog(const std::vector<MinerRow>& rows, bool named, JsonWriter& json) {
  json.Key("log").BeginList();
  for (const MinerRow& row : rows) {
    if (!row.time) continue;
    json.BeginObject()
        .Field("timestamp", *row.time)
        .Field("ip", row.address.ToString())
        .Field("hash", row.figures.hashrate_ths)  // Not rounded: a scrypt miner has 0.0005.
        .Field("source", row.live ? "live" : "db_fallback")
        .Field("discovery", named ? "manual" : row.discovery)
        .EndObject();
  }
  json.EndList();
}

/// One item of /api/miners. Ages are in poll intervals: Active <= 2, Lagging <= 5.
void WriteItem(const MinerView& miner, SystemTime now, double interval, JsonWriter& json) {
  json.BeginObject()
      .Field("ip", miner.facts.address.ToString())
      .Field("last_seen", miner.last_success);
  if (miner.last_success) {
    const double age = std::max(UnixSeconds(now) - UnixSeconds(*miner.last_success), 0.0);
    json.Field("age_sec", static_cast<std::int64_t>(age))
        .Field("status", age <= 2 * interval   ? "Active"
                         : age <= 5 * interval ? "Lagging"
                                               : "Stale")
        .Field("is_stale", age > 5 * interval);
  } else {
    json.Field("age_sec", nullptr).Field("status", "Stale").Field("is_stale", true);
  }
  json.Field("model", miner.identity.model);
  json.Key("state");
  miner.polled ? json.Value(MinerStateName(miner.state)) : json.Value(nullptr);
  json.Field("id", miner.facts.id).EndObject();
}

void WriteItems(const ApiContext& context, JsonWriter& json) {
  const auto snapshot = context.box.Latest();
  const double interval = context.config()->polling.interval.count();
  json.BeginList();
  for (const auto& miner : snapshot->miners) WriteItem(*miner, snapshot->taken, interval, json);
  json.EndList();
}

}  // namespace

HttpResponse HandleSummary(const ApiContext& context, const HttpRequest& request) {
  const Parameters& wanted = request.parameters;
  const SystemTime now = context.clock.Now();
  const MinerFilter filter(wanted);
  std::vector<MinerRow> rows;
  Totals totals;
  for (MinerRow& row : NewestRows(context, wanted.Boolean("live"))) {
    if (!filter.Takes(row.address)) continue;
    if (!wanted.Boolean("mdns") && row.discovery == "mdns") continue;
    if (wanted.Boolean("active_only") && !IsFresh(row.time, now, wanted.Integer("fresh_within"))) {
      continue;
    }
    if (row.time) totals.Add(row);
    rows.push_back(std::move(row));
  }
  JsonWriter json;
  json.BeginObject()
      .Field("source", totals.Source())
      .Field("total_power", Rounded(totals.power, 1))
      .Field("total_hashrate", Rounded(totals.hashrate, 3))
      .Field("total_uptime", static_cast<std::int64_t>(totals.uptime))
      .Field("avg_temp", Rounded(totals.Mean(totals.temp_sum, totals.temps), 1))
      .Field("avg_fan_speed", Rounded(totals.Mean(totals.fan_sum, totals.fans), 0))
      .Field("total_workers", rows.size());
  WriteLog(rows, !filter.TakesAll(), json);
  json.Field("last_updated", now).EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandleMinersSummary(const ApiContext& context, const HttpRequest& request) {
  if (!context.history) return NoHistory();
  const Parameters& wanted = request.parameters;
  const SystemTime now = context.clock.Now();
  const MinerFilter filter(wanted);
  const SystemTime from =
      wanted.Date("since").value_or(now - std::chrono::minutes(wanted.Integer("window_min")));
  auto means = context.history->Means(from, filter.Names());
  if (!means) return NoHistory(means.error().detail);
  std::vector<WindowMeans> rows;
  for (WindowMeans& row : *means) {
    const bool hidden = wanted.Boolean("active_only") &&
                        !IsFresh(row.last_seen, now, wanted.Integer("fresh_within"));
    if (row.samples > 0 && filter.Takes(row.address) && !hidden) rows.push_back(std::move(row));
  }
  std::sort(rows.begin(), rows.end(), [](const WindowMeans& a, const WindowMeans& b) {
    return a.last_seen != b.last_seen ? a.last_seen > b.last_seen : a.address < b.address;
  });
  JsonWriter json;
  json.BeginList();
  for (const WindowMeans& row : rows) {
    json.BeginObject().Field("ip", row.address.ToString()).Field("last_seen", row.last_seen);
    WriteFigures(FiguresOf(row.means), json);
    json.EndObject();
  }
  json.EndList();
  return JsonResponse(json.Take());
}

HttpResponse HandleMinersCurrent(const ApiContext& context, const HttpRequest& request) {
  const Parameters& wanted = request.parameters;
  const SystemTime now = context.clock.Now();
  const MinerFilter filter(wanted);
  JsonWriter json;
  json.BeginList();
  for (const MinerRow& row : NewestRows(context)) {
    const bool hidden =
        wanted.Boolean("active_only") && !IsFresh(row.time, now, wanted.Integer("fresh_within"));
    if (!row.time || hidden || !filter.Takes(row.address)) continue;
    json.BeginObject().Field("ip", row.address.ToString()).Field("last_seen", *row.time);
    WriteFigures(row.figures, json);
    json.Field("model", row.model).EndObject();
  }
  json.EndList();
  return JsonResponse(json.Take());
}

HttpResponse HandleMiners(const ApiContext& context, const HttpRequest& /*request*/) {
  JsonWriter json;
  WriteItems(context, json);
  return JsonResponse(json.Take());
}

HttpResponse HandleDashboardMiners(const ApiContext& context, const HttpRequest& /*request*/) {
  JsonWriter json;
  json.BeginObject().Key("miners");
  WriteItems(context, json);
  json.EndObject();
  return JsonResponse(json.Take());
}

}  // namespace antx
