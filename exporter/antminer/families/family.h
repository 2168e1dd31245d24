// What a firmware family is to this program. A new family is one row in AllFamilies()
// (families.cc) and, if its replies have a shape of their own, one file beside it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "antminer/decode.h"
#include "antminer/replies.h"
#include "model/reading.h"

namespace antx {

/// The texts that tell families apart, taken together from version, stats and STATUS.
struct Evidence {
  std::string type;          ///< "Antminer S19 XP (Vnish 1.2.0-rc1)"
  std::string compile_time;  ///< Firmware version of stock.
  std::string miner;         ///< A hardware id on stock, the version on LuxOS.
  std::string api;
  std::string program;      ///< Value of BMMiner / CGMiner / Cgminer.
  std::string luxos;        ///< Value of LUXminer.
  std::string braiins;      ///< Value of BOSminer / BOSminer+ / BOSer.
  std::string build;        ///< build_version (Vnish).
  std::string epic_model;   ///< Model of ePIC's /capabilities.
  std::string description;  ///< Program of the STATUS block.
  std::string mining;       ///< First key that names a program, and its value: "bmminer 2.0.0".
  bool has_marks = false;   ///< A key that only daemons of this kind of machine print.
  bool has_chains = false;  ///< The shape of Bitmain's stats.
};

/// What a family reads from; lives for one decode.
struct ReadContext {
  const Replies& replies;
  const ModelRow* model = nullptr;  ///< Null when the table does not know the model.
  double unit = 1e9;                ///< H/s of one unit of the GHS keys.
  SystemTime received;
};

struct Family {
  std::string_view name;  ///< `firmware` label value
  /// Whether the evidence is this family's. Asked in order, most specific first.
  bool (*matches)(const Evidence&);
  /// Firmware version from the evidence; "" when it tells none.
  std::string (*version)(const Evidence&);
  /// Fills the reading (its identity is set). Pure: no I/O, no clock.
  void (*read)(const ReadContext&, Reading&);
  /// What to ask in each poll, and about hourly.
  std::vector<std::string> (*every_poll)();
  std::vector<std::string> (*seldom)();
  /// Whether "a+b+c" is known to be accepted, from the model's key ("s9", "s19 pro").
  bool (*may_join)(std::string_view model_key);
};

/// All families in match order; the last one, "unknown", matches everything.
[[nodiscard]] std::span<const Family> AllFamilies();

/// The family of a label value; the unknown family for anything else.
[[nodiscard]] const Family& FamilyNamed(std::string_view name);

// Building blocks of the families, each for one shape of reply.

/// SUMMARY: rates, shares, counters (common.cc).
void ReadSummary(const ReadContext& context, Reading& reading);
/// POOLS, and user totals without fee pools (common.cc).
void ReadPools(const ReadContext& context, Reading& reading);
/// Bitmain's flat stats: chain_acn1, temp2_1, fan1 ... (bitmain_stats.cc).
void ReadBitmainStats(const ReadContext& context, Reading& reading);
/// The "new API" shape: STATS[0].chain[] (new_api.cc). False: it is not that shape.
bool ReadNewApiStats(const ReadContext& context, Reading& reading);
/// Summary, pools and Bitmain stats in either shape: stock and everything built on it.
void ReadStock(const ReadContext& context, Reading& reading);
void ReadBraiins(const ReadContext& context, Reading& reading);
void ReadLuxos(const ReadContext& context, Reading& reading);
/// ePIC and Marathon: named, their readings come from the web side.
void ReadNothing(const ReadContext& context, Reading& reading);

/// Power that a miner reports, in watts. Absent: 0 and below, and from 100 kW on (counted).
[[nodiscard]] std::optional<double> ReportedWatts(const std::optional<double>& watts,
                                                  DecodeLog& log);

/// Drops rates that no machine reaches, and counts them.
void DropAbsurdRates(Reading& reading, DecodeLog& log);

/// Adds a sensor unless it reads 0 or lies outside -40..150 C (the latter is counted).
void AddSensor(double celsius, int index, std::vector<SensorReading>& sensors, DecodeLog& log);
/// Adds a list of them, each with its place in it.
void AddSensors(const std::vector<double>& values, std::vector<SensorReading>& sensors,
                DecodeLog& log);

/// Sensor lists of one board as Bitmain prints them; 0 where there is none.
struct SensorLists {
  std::vector<double> pcb, chip, pic;
};
/// Whether coolant runs through the machine.
[[nodiscard]] bool IsHydro(const Identity& identity);
/// Coolant and chip temperatures of a board of such a machine.
void ReadHydroTemperatures(const SensorLists& lists, BoardReading& board, DecodeLog& log);

/// Sets url, host and protocol from a pool's address; userinfo and "#xnsub" are cut.
void SetPoolUrl(std::string url, PoolReading& pool);
/// "Alive", "ALIVE", "Deed" ...: any case, misspelt forms included.
[[nodiscard]] PoolStatus ParsePoolStatus(std::string_view text);
/// Totals without fee pools, where there are such.
void SumUserPools(Reading& reading);
/// Totals of all user pools, where the firmware gives none itself.
void SumAllPools(Reading& reading);
/// A time so many seconds before another.
[[nodiscard]] SystemTime Earlier(SystemTime time, double seconds);

}  // namespace antx
