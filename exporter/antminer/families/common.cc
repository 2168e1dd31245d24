// SUMMARY and POOLS are nearly the same everywhere. Facts: PROTOCOL.md, "summary", "pools".
#include <algorithm>
#include <array>
#include <cmath>

#include "antminer/families/family.h"
#include "model/model_name.h"
#include "util/text.h"

namespace antx {
namespace {

enum class Kind { kRate, kMegaRate, kCounter, kPlain };

/// One row: key, how to read it, where it goes.
struct SummaryField {
  std::string_view key;
  Kind kind;
  std::optional<double> Reading::*member;
  std::string_view target;
};

// The first key that is there wins for its member.
constexpr std::array kSummaryFields = {
    SummaryField{"Elapsed", Kind::kPlain, &Reading::elapsed_seconds, "elapsed_seconds"},
    SummaryField{"elapsed", Kind::kPlain, &Reading::elapsed_seconds, "elapsed_seconds"},
    SummaryField{"GHS 5s", Kind::kRate, &Reading::hashrate_hashes_per_second,
                 "hashrate_hashes_per_second"},
    SummaryField{"rate_5s", Kind::kRate, &Reading::hashrate_hashes_per_second,
                 "hashrate_hashes_per_second"},
    SummaryField{"MHS 5s", Kind::kMegaRate, &Reading::hashrate_hashes_per_second,
                 "hashrate_hashes_per_second"},
    SummaryField{"GHS av", Kind::kRate, &Reading::hashrate_average_hashes_per_second,
                 "hashrate_average_hashes_per_second"},
    SummaryField{"rate_avg", Kind::kRate, &Reading::hashrate_average_hashes_per_second,
                 "hashrate_average_hashes_per_second"},
    SummaryField{"MHS av", Kind::kMegaRate, &Reading::hashrate_average_hashes_per_second,
                 "hashrate_average_hashes_per_second"},
    SummaryField{"Hardware Errors", Kind::kCounter, &Reading::hardware_errors, "hardware_errors"},
    SummaryField{"hw_all", Kind::kCounter, &Reading::hardware_errors, "hardware_errors"},
    SummaryField{"Accepted", Kind::kCounter, &Reading::accepted, "accepted"},
    SummaryField{"Rejected", Kind::kCounter, &Reading::rejected, "rejected"},
    SummaryField{"Stale", Kind::kCounter, &Reading::stale, "stale"},
    SummaryField{"Difficulty Accepted", Kind::kCounter, &Reading::difficulty_accepted,
                 "difficulty_accepted"},
    SummaryField{"Difficulty Rejected", Kind::kCounter, &Reading::difficulty_rejected,
                 "difficulty_rejected"},
    SummaryField{"Difficulty Stale", Kind::kCounter, &Reading::difficulty_stale,
                 "difficulty_stale"},
    SummaryField{"Found Blocks", Kind::kCounter, &Reading::blocks_found, "blocks_found"},
    SummaryField{"Best Share", Kind::kCounter, &Reading::best_share_difficulty,
                 "best_share_difficulty"},
    SummaryField{"bestshare", Kind::kCounter, &Reading::best_share_difficulty,
                 "best_share_difficulty"},
};

double FactorOf(Kind kind, double unit) {
  if (kind == Kind::kRate) return unit;
  return kind == Kind::kMegaRate ? 1e6 : 1;
}

/// "0:00:06" in seconds.
std::optional<double> ParseAge(std::string_view text) {
  const auto parts = SplitList(text, ":");
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  double seconds = 0;
  for (const std::string_view part : parts) {
    const auto value = ParseDouble(part);
    if (!value || *value < 0) return std::nullopt;
    seconds = seconds * 60 + *value;
  }
  return seconds;
}

/// An age on Bitmain, unix seconds of the miner's clock elsewhere; "0" and -1 mean never.
std::optional<SystemTime> LastShare(const Record& pool, const Reply& reply, SystemTime received) {
  const std::string text = pool.Text(pool.Has("lstime") ? "lstime" : "Last Share Time");
  if (text.find(':') != std::string::npos) {
    const auto age = ParseAge(text);
    if (!age) return std::nullopt;
    return Earlier(received, *age);
  }
  const auto stamp = ParseDouble(text);
  if (!stamp || *stamp <= 0) return std::nullopt;
  // The miner's clock may be anything (1970 before NTP): its own "now" makes it an age.
  if (!reply.when || *reply.when < *stamp) return std::nullopt;
  return Earlier(received, *reply.when - *stamp);
}

void MarkFeePool(const Record& record, PoolReading& pool) {
  const bool marked = record.Number("Type").value_or(0) == 1 || EqualsNoCase(pool.url, "devfee") ||
                      pool.url == "*" || pool.priority.value_or(0) >= 999;
  const bool named = ToLower(pool.user).starts_with("devfee");
  pool.dev_fee = marked || named;
  pool.fee_by_name = named && !marked;
}

PoolReading ReadPool(const Record& record, const Reply& reply, int position, SystemTime received) {
  PoolReading pool;
  pool.pool = ToInt(record.Number("POOL").value_or(record.Number("index").value_or(position)));
  std::string url = record.Text("URL");
  if (url.empty()) url = record.Text("url");
  SetPoolUrl(url, pool);
  pool.user = record.Text(record.Has("User") ? "User" : "user");
  pool.status = ParsePoolStatus(record.Text(record.Has("Status") ? "Status" : "status"));
  if (const auto priority = record.Number(record.Has("Priority") ? "Priority" : "priority")) {
    pool.priority = ToInt(*priority);
  }
  pool.active = record.IsTrue("Stratum Active");
  MarkFeePool(record, pool);
  // The new API and the web pages write all names small.
  const bool small = !record.Has("URL") && record.Has("url");
  record.TakeCounter(small ? "accepted" : "Accepted", 1, pool.accepted, "pool accepted");
  record.TakeCounter(small ? "rejected" : "Rejected", 1, pool.rejected, "pool rejected");
  record.TakeCounter(small ? "stale" : "Stale", 1, pool.stale, "pool stale");
  record.TakeCounter(small ? "diffa" : "Difficulty Accepted", 1, pool.difficulty_accepted,
                     "pool difficulty_accepted");
  record.TakeCounter(small ? "diffr" : "Difficulty Rejected", 1, pool.difficulty_rejected,
                     "pool difficulty_rejected");
  record.TakeCounter(small ? "diffs" : "Difficulty Stale", 1, pool.difficulty_stale,
                     "pool difficulty_stale");
  const auto failures = record.Number("Get Failures");
  if (failures && *failures >= 0) {
    pool.failures = *failures + std::max(record.Number("Remote Failures").value_or(0), 0.0);
  }
  pool.share_difficulty = DifficultyNumber(record.Text(small ? "diff" : "Diff"));
  if (!pool.share_difficulty) pool.share_difficulty = record.Number("Stratum Difficulty");
  pool.last_share = LastShare(record, reply, received);
  return pool;
}

/// A total of the miner, and what each of its pools tells of it.
struct ShareTotal {
  std::optional<double> Reading::*of_miner;
  std::optional<double> PoolReading::*of_pool;
};
constexpr std::array kShareTotals = {
    ShareTotal{&Reading::accepted, &PoolReading::accepted},
    ShareTotal{&Reading::rejected, &PoolReading::rejected},
    ShareTotal{&Reading::stale, &PoolReading::stale},
    ShareTotal{&Reading::difficulty_accepted, &PoolReading::difficulty_accepted},
    ShareTotal{&Reading::difficulty_rejected, &PoolReading::difficulty_rejected},
    ShareTotal{&Reading::difficulty_stale, &PoolReading::difficulty_stale},
};

/// Firmware that mines for itself part of the time, on pools that it lists among the user's.
bool ListsFeePools(std::string_view family) {
  return family == "vnish" || family == "hiveon" || family == "mskminer" || family == "blissz";
}

/// SUMMARY counts the fee shares in: alone it would make every counter jump up and back.
void DropTotalsWithFee(Reading& reading) {
  for (const ShareTotal& total : kShareTotals) (reading.*total.of_miner).reset();
}

/// Nothing for 0, which stands for a sensor that is not there, and outside -40..150 (counted).
std::optional<double> PlausibleCelsius(double celsius, DecodeLog& log) {
  if (celsius == 0) return std::nullopt;
  if (celsius >= -40 && celsius <= 150) return celsius;
  log.Count(Repair::kOutOfRange);
  return std::nullopt;
}

}  // namespace

PoolStatus ParsePoolStatus(std::string_view text) {
  if (EqualsNoCase(text, "alive") || EqualsNoCase(text, "active")) return PoolStatus::kAlive;
  if (EqualsNoCase(text, "dead") || EqualsNoCase(text, "deed")) return PoolStatus::kDead;
  if (EqualsNoCase(text, "disabled")) return PoolStatus::kDisabled;
  if (EqualsNoCase(text, "rejecting")) return PoolStatus::kRejecting;
  return PoolStatus::kUnknown;
}

SystemTime Earlier(SystemTime time, double seconds) {
  // What miners print can be anything; a clock holds some 290 years.
  const std::chrono::duration<double> by(std::clamp(seconds, -1e9, 4e9));
  return time - std::chrono::duration_cast<SystemTime::duration>(by);
}

/// Everything in front of "://", and the rest without userinfo, path and "#xnsub".
void SetPoolUrl(std::string url, PoolReading& pool) {
  url = url.substr(0, url.find('#'));
  const auto scheme = url.find("://");
  std::string rest = url;
  if (scheme != std::string::npos) {
    pool.protocol = url.substr(0, scheme);
    rest = url.substr(scheme + 3);
  }
  if (const auto at = rest.rfind('@'); at != std::string::npos) {
    pool.odd_url = rest.find_first_of("/?") < at;
    rest = rest.substr(at + 1);
  }
  pool.url = (pool.protocol.empty() ? "" : pool.protocol + "://") + rest;
  pool.host = rest.substr(0, rest.find('/'));
}

void SumAllPools(Reading& reading) {
  for (const ShareTotal& total : kShareTotals) {
    std::optional<double> sum;
    for (const PoolReading& pool : reading.pools) {
      const std::optional<double>& value = pool.*total.of_pool;
      if (!pool.dev_fee && value) sum = sum.value_or(0) + *value;
    }
    reading.*total.of_miner = sum;
  }
}

/// What the user's own pools got: Vnish counts its fee shares in SUMMARY.
void SumUserPools(Reading& reading) {
  const bool has_fee = std::any_of(reading.pools.begin(), reading.pools.end(),
                                   [](const PoolReading& pool) { return pool.dev_fee; });
  if (has_fee) SumAllPools(reading);
}

void ReadSummary(const ReadContext& context, Reading& reading) {
  const auto summary = context.replies.First("summary", "SUMMARY");
  if (!summary) return;
  for (const SummaryField& field : kSummaryFields) {
    std::optional<double>& out = reading.*field.member;
    if (out) continue;
    const double factor = FactorOf(field.kind, context.unit);
    if (field.kind == Kind::kCounter) {
      summary->TakeCounter(field.key, factor, out, field.target);
    } else {
      summary->Take(field.key, factor, out, field.target);
    }
  }
  // LuxOS prints its average rate there, and below a megahash the unit is not reliable.
  if (reading.identity.firmware != "luxos" && context.unit >= 1e6) {
    summary->TakeCounter("Total MH", 1e6, reading.hashes, "hashes");
  }
}

void ReadPools(const ReadContext& context, Reading& reading) {
  const Reply* reply = context.replies.Find("pools");
  if (reply == nullptr || reply->error) {
    if (ListsFeePools(reading.identity.firmware)) DropTotalsWithFee(reading);
    return;
  }
  int position = 0;
  for (const Record& record : context.replies.Section("pools", "POOLS")) {
    reading.pools.push_back(ReadPool(record, *reply, position++, context.received));
  }
  SumUserPools(reading);
}

std::optional<double> ReportedWatts(const std::optional<double>& watts, DecodeLog& log) {
  // Energy is summed up for ever: one absurd figure would stay in it.
  constexpr double kMostWatts = 100000;
  if (!watts || *watts <= 0) return std::nullopt;
  if (*watts < kMostWatts) return watts;
  log.Count(Repair::kOutOfRange);
  return std::nullopt;
}

void DropAbsurdRates(Reading& reading, DecodeLog& log) {
  constexpr double kMost = 1e18;  // Some thousand of the largest machines.
  const auto check = [&](std::optional<double>& rate) {
    if (!rate || std::abs(*rate) <= kMost) return;
    log.Count(Repair::kOutOfRange);
    rate.reset();
  };
  check(reading.hashrate_hashes_per_second);
  check(reading.hashrate_average_hashes_per_second);
  check(reading.hashrate_expected_hashes_per_second);
  for (BoardReading& board : reading.boards) {
    check(board.hashrate_hashes_per_second);
    check(board.hashrate_expected_hashes_per_second);
  }
}

void AddSensor(double celsius, int index, std::vector<SensorReading>& sensors, DecodeLog& log) {
  if (const auto plausible = PlausibleCelsius(celsius, log)) {
    sensors.push_back({static_cast<std::uint8_t>(index), static_cast<float>(*plausible)});
  }
}

void AddSensors(const std::vector<double>& values, std::vector<SensorReading>& sensors,
                DecodeLog& log) {
  int index = static_cast<int>(sensors.size());
  for (const double value : values) AddSensor(value, index++, sensors, log);
}

bool IsHydro(const Identity& identity) {
  return NormaliseModel(identity.model).find("hyd") != std::string::npos;
}

/// S21+ Hyd. puts coolant inlet and outlet into sensors 0 and 2, the chip into temp_pic[0].
void ReadHydroTemperatures(const SensorLists& lists, BoardReading& board, DecodeLog& log) {
  if (!lists.pcb.empty()) board.inlet_celsius = PlausibleCelsius(lists.pcb[0], log);
  if (lists.pcb.size() > 2) board.outlet_celsius = PlausibleCelsius(lists.pcb[2], log);
  AddSensors(lists.chip, board.chip_celsius, log);
  if (board.chip_celsius.empty() && !lists.pic.empty()) {
    AddSensor(lists.pic[0], 0, board.chip_celsius, log);
  }
}

}  // namespace antx
