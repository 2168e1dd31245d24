// Everything known of one miner.
#include <algorithm>

#include "api/maintenance_json.h"
#include "api/routes.h"
#include "api/rows.h"
#include "model/miner_values.h"

namespace antx {
namespace {

constexpr std::string_view kMasked = "***";

void WriteIdentity(const MinerView& miner, JsonWriter& json) {
  const Identity& identity = miner.identity;
  const MinerLabels& labels = miner.facts.labels;
  json.Key("identity").BeginObject();
  json.Field("model", identity.model)
      .Field("type", identity.type)
      .Field("algorithm", identity.algorithm)
      .Field("firmware", identity.firmware)
      .Field("firmware_version", identity.firmware_version)
      .Field("api_version", identity.api_version)
      .Field("program", identity.program)
      .Field("mac", identity.mac)
      .Field("hostname", identity.hostname)
      .Field("serial", identity.serial)
      .EndObject();
  json.Key("labels").BeginObject();
  json.Field("name", labels.name).Field("site", labels.site).Field("rack", labels.rack).EndObject();
}

/// A value and where it comes from.
void WriteSourced(std::string_view key, std::optional<double> value, std::string_view source,
                  JsonWriter& json) {
  json.Key(key).BeginObject().Field("value", value).Key("source");
  value ? json.Value(source) : json.Value(nullptr);
  json.EndObject();
}

void WriteValues(const MinerView& miner, JsonWriter& json) {
  const Figures figures = FiguresOf(ValuesOf(miner));
  const Reading* reading = miner.reading.get();
  const auto of_reading = [reading](auto member) {
    return reading == nullptr ? std::optional<double>() : reading->*member;
  };
  const auto expected = of_reading(&Reading::hashrate_expected_hashes_per_second);
  json.Key("values").BeginObject();
  WriteSourced("hashrate_hashes_per_second", of_reading(&Reading::hashrate_hashes_per_second),
               "measured", json);
  WriteSourced("hashrate_average_hashes_per_second",
               of_reading(&Reading::hashrate_average_hashes_per_second), "measured", json);
  WriteSourced("hashrate_expected_hashes_per_second", miner.hashrate_expected_hashes_per_second,
               expected ? "miner" : "settings", json);
  WriteSourced("hashrate_usual_hashes_per_second", miner.baseline_hashes_per_second,
               "median of " + std::to_string(miner.baseline_samples) + " healthy samples", json);
  WriteSourced("hashrate_lost_hashes_per_second", miner.hashrate_lost_hashes_per_second,
               "usual, else expected, less the present one", json);
  WriteSourced("power_w", figures.power_w, miner.power ? PowerSourceName(miner.power->source) : "",
               json);
  WriteSourced("rated_joules_per_terahash", miner.rated_joules_per_terahash, "settings or table",
               json);
  WriteSourced("avg_temp_c", figures.avg_temp_c, "measured", json);
  WriteSourced("max_chip_temp_c",
               reading == nullptr ? std::optional<double>() : reading->HottestChipCelsius(),
               "measured", json);
  WriteSourced("ambient_temp_c", of_reading(&Reading::ambient_celsius), "measured", json);
  WriteSourced("avg_fan_rpm", figures.avg_fan_rpm, "measured", json);
  WriteSourced("fan_duty_ratio", of_reading(&Reading::fan_duty_ratio), "measured", json);
  WriteSourced("elapsed_s", figures.elapsed_s, "measured", json);
  WriteSourced("accepted", of_reading(&Reading::accepted), "measured", json);
  WriteSourced("rejected", of_reading(&Reading::rejected), "measured", json);
  WriteSourced("stale", of_reading(&Reading::stale), "measured", json);
  WriteSourced("hardware_errors", of_reading(&Reading::hardware_errors), "measured", json);
  json.EndObject();
}

void WriteSensors(std::string_view key, const std::vector<SensorReading>& sensors,
                  JsonWriter& json) {
  json.Key(key).BeginList();
  for (const SensorReading& sensor : sensors) {
    json.BeginObject()
        .Field("index", static_cast<int>(sensor.index))
        .Field("celsius", sensor.celsius)
        .EndObject();
  }
  json.EndList();
}

void WriteBoard(const BoardReading& board, JsonWriter& json) {
  json.BeginObject()
      .Field("board", board.board)
      .Field("present", board.present)
      .Field("up", board.Up())
      .Field("hashrate_hashes_per_second", board.hashrate_hashes_per_second)
      .Field("chips", board.chips)
      .Field("chips_expected", board.chips_expected)
      .Field("chips_failed", board.chips_failed)
      .Field("hardware_errors", board.hardware_errors)
      .Field("frequency_hertz", board.frequency_hertz)
      .Field("voltage_volts", board.voltage_volts)
      .Field("power_w", board.power_watts)
      .Field("inlet_celsius", board.inlet_celsius)
      .Field("outlet_celsius", board.outlet_celsius)
      .Field("serial", board.serial);
  WriteSensors("chip_sensors", board.chip_celsius, json);
  WriteSensors("board_sensors", board.pcb_celsius, json);
  json.EndObject();
}

std::optional<double> RejectPercent(const PoolReading& pool) {
  const double all = pool.accepted.value_or(0) + pool.rejected.value_or(0) + pool.stale.value_or(0);
  if (!pool.rejected || all <= 0) return std::nullopt;
  return 100 * *pool.rejected / all;
}

/// A worker's name tells whose machine it is: shown only where metrics.pool_workers allows.
void WritePool(const PoolReading& pool, bool show_user, JsonWriter& json) {
  json.BeginObject().Field("id", pool.pool).Field("url", pool.url).Key("user");
  if (pool.user.empty()) {
    json.Value(nullptr);
  } else {
    json.Value(show_user ? std::string_view(pool.user) : kMasked);
  }
  json.Field("status", PoolStatusName(pool.status))
      .Field("prio", pool.priority)
      .Field("stratum_active", pool.active)
      .Field("accepted", pool.accepted)
      .Field("rejected", pool.rejected)
      .Field("stale", pool.stale)
      .Field("reject_percent", RejectPercent(pool))
      .Field("dev_fee", pool.dev_fee)
      .Field("last_share", pool.last_share)
      .EndObject();
}

void WritePools(const MinerView& miner, bool show_user, JsonWriter& json) {
  json.Key("pools").BeginList();
  if (miner.reading) {
    for (const PoolReading& pool : miner.reading->pools) WritePool(pool, show_user, json);
  }
  json.EndList();
}

void WriteParts(const MinerView& miner, bool show_user, JsonWriter& json) {
  json.Key("boards").BeginList();
  if (miner.reading) {
    for (const BoardReading& board : miner.reading->boards) WriteBoard(board, json);
  }
  json.EndList().Key("fans").BeginList();
  if (miner.reading) {
    for (const FanReading& fan : miner.reading->fans) {
      json.BeginObject().Field("fan", fan.fan).Field("rpm", fan.rpm).EndObject();
    }
  }
  json.EndList();
  WritePools(miner, show_user, json);
}

/// Which parts of the interface of the miner answer.
void WriteCapability(const MinerView& miner, JsonWriter& json) {
  json.Key("collectors").BeginObject();
  for (const CollectorResult& result : miner.collectors) {
    json.Field(CollectorName(result.collector), result.success);
  }
  json.EndObject();
  json.Key("work_mode");
  const bool told = miner.reading && !miner.reading->work_mode.empty();
  told ? json.Value(miner.reading->work_mode) : json.Value(nullptr);
}

void WriteLimits(const MinerView& miner, JsonWriter& json) {
  json.Key("thresholds").BeginObject();
  json.Field("chip_warning_celsius", miner.thresholds.chip_warning_celsius)
      .Field("chip_critical_celsius", miner.thresholds.chip_critical_celsius)
      .Field("hashrate_ratio", miner.thresholds.hashrate_ratio)
      .Field("fan_rpm", miner.thresholds.fan_rpm)
      .Field("power_watts", miner.thresholds.power_watts)
      .EndObject();
  json.Key("last_error");
  if (miner.last_error) {
    json.BeginObject()
        .Field("reason", ReasonName(*miner.last_error))
        .Field("detail", miner.last_error_detail)
        .EndObject();
  } else {
    json.Value(nullptr);
  }
}

/// What the operator has announced, and what the list of allowed pools says.
void WriteWatch(const MinerView& miner, JsonWriter& json) {
  json.Key("maintenance");
  miner.maintenance ? WriteMaintenance(*miner.maintenance, json) : (void)json.Value(nullptr);
  json.Key("pool_check");
  if (!miner.pool_verdict) {
    json.Value(nullptr);
    return;
  }
  json.BeginObject()
      .Field("unexpected", miner.pool_verdict->unexpected)
      .Field("target", miner.pool_verdict->target)
      .Field("before", miner.pool_verdict->before)
      .EndObject();
}

HttpResponse Unknown() { return ErrorResponse(404, "no miner with this address is known"); }

/// Energy of a kind that was never told is unknown, not none.
void WriteCounters(const OwnedCounters& counters, JsonWriter& json) {
  const auto energy = [](bool seen, double joules) {
    return seen ? std::optional<double>(joules) : std::nullopt;
  };
  json.Key("counters").BeginObject();
  json.Field("restarts", counters.restarts)
      .Field("pool_switches", counters.pool_switches)
      .Field("energy_reported_joules",
             energy(counters.energy_reported_seen, counters.energy_reported_joules))
      .Field("energy_estimated_joules",
             energy(counters.energy_estimated_seen, counters.energy_estimated_joules))
      .Field("polls", counters.polls)
      .Field("poll_failures", counters.poll_failures)
      .EndObject();
}

}  // namespace

HttpResponse HandleMiner(const ApiContext& context, const HttpRequest& request) {
  const auto miner = MinerOfPath(context, request);
  if (!miner) return Unknown();
  const auto config = context.config();
  JsonWriter json;
  json.BeginObject()
      .Field("ip", miner->facts.address.ToString())
      .Field("id", miner->facts.id)
      .Field("discovery", DiscoverySourceName(miner->facts.source))
      .Key("state");
  miner->polled ? json.Value(MinerStateName(miner->state)) : json.Value(nullptr);
  json.Key("state_since");
  miner->polled ? json.Value(miner->state_since) : json.Value(nullptr);
  json.Field("up", miner->up)
      .Field("mining", miner->mining)
      .Field("mining_since", miner->mining_start)
      .Field("last_seen", miner->last_success)
      .Field("last_poll_seconds", miner->last_poll_seconds);
  WriteIdentity(*miner, json);
  WriteValues(*miner, json);
  WriteParts(*miner, config->metrics.pool_workers, json);
  WriteCapability(*miner, json);
  WriteLimits(*miner, json);
  WriteWatch(*miner, json);
  WriteCounters(miner->counters, json);
  json.EndObject();
  return JsonResponse(json.Take());
}

HttpResponse HandleMinerPools(const ApiContext& context, const HttpRequest& request) {
  const auto miner = MinerOfPath(context, request);
  if (!miner) return Unknown();
  if (!miner->reading) return ErrorResponse(503, "the miner has not answered lately");
  JsonWriter json;
  json.BeginObject().Field("ok", true);
  WritePools(*miner, context.config()->metrics.pool_workers, json);
  json.EndObject();
  return JsonResponse(json.Take());
}

}  // namespace antx
