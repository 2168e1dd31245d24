#include "api/pages/miner_parts.h"

#include <algorithm>

#include "api/pages/parts.h"
#include "api/pages/words.h"

namespace antx::pages {
namespace {

void Cell(Html& html, std::string_view label, const std::string& text) {
  html << "<td class=\"number" << (text == kUnknown ? " none" : "") << "\" data-label=\"" << label
       << "\">" << text << "</td>";
}

template <class Number>
std::string CountOrUnknown(const std::optional<Number>& value) {
  return value ? Count(static_cast<double>(*value)) : std::string(kUnknown);
}

void Heads(Html& html, const std::vector<std::string_view>& titles) {
  html << "<table class=\"list\"><thead><tr>";
  bool first = true;
  for (const std::string_view title : titles) {
    html << "<th scope=\"col\"";
    if (!first) html << " class=\"number\"";
    html << ">" << title << "</th>";
    first = false;
  }
  html << "</tr></thead><tbody>";
}

/// "71, 70, 69 °C": one figure per sensor, in the order of the firmware.
std::string SensorText(const std::vector<SensorReading>& sensors) {
  std::string text;
  for (const SensorReading& sensor : sensors) {
    text += (text.empty() ? "" : ", ") + Count(static_cast<double>(sensor.celsius));
  }
  return text.empty() ? std::string(kUnknown) : text + " \u00b0C";
}

std::string ChipText(const BoardReading& board) {
  std::string text = CountOrUnknown(board.chips);
  if (board.chips_expected) text += " of " + Count(*board.chips_expected);
  if (board.chips_failed.value_or(0) > 0) text += ", " + Count(*board.chips_failed) + " failed";
  return text;
}

std::string CoolantText(const BoardReading& board) {
  if (!board.inlet_celsius && !board.outlet_celsius) return std::string(kUnknown);
  return OrUnknown(board.inlet_celsius, CelsiusText) + " \u2192 " +
         OrUnknown(board.outlet_celsius, CelsiusText);
}

struct BoardColumn {
  std::string_view title;
  std::string (*text)(const BoardReading& board, const MinerView& miner);
};
using BoardColumns = std::vector<const BoardColumn*>;

const std::vector<BoardColumn>& AllBoardColumns() {
  static const std::vector<BoardColumn> kColumns = {
      {"Hashrate",
       [](const BoardReading& board, const MinerView& miner) {
         return OrUnknown(board.hashrate_hashes_per_second,
                          [&](double value) { return RateText(value, miner.identity.algorithm); });
       }},
      {"Chips", [](const BoardReading& board, const MinerView&) { return ChipText(board); }},
      {"Chip sensors",
       [](const BoardReading& board, const MinerView&) { return SensorText(board.chip_celsius); }},
      {"Board sensors",
       [](const BoardReading& board, const MinerView&) { return SensorText(board.pcb_celsius); }},
      {"Coolant", [](const BoardReading& board, const MinerView&) { return CoolantText(board); }},
      {"Frequency",
       [](const BoardReading& board, const MinerView&) {
         return OrUnknown(board.frequency_hertz,
                          [](double value) { return Figure(value / 1e6, 4) + " MHz"; });
       }},
      {"Voltage",
       [](const BoardReading& board, const MinerView&) {
         return OrUnknown(board.voltage_volts, [](double value) { return Figure(value) + " V"; });
       }},
      {"Power", [](const BoardReading& board,
                   const MinerView&) { return OrUnknown(board.power_watts, PowerText); }},
      {"Hardware errors", [](const BoardReading& board,
                             const MinerView&) { return CountOrUnknown(board.hardware_errors); }},
  };
  return kColumns;
}

/// Columns that say something about at least one board.
BoardColumns ColumnsOf(const MinerView& miner) {
  const auto& boards = miner.reading->boards;
  BoardColumns columns;
  for (const BoardColumn& column : AllBoardColumns()) {
    const bool told = std::any_of(boards.begin(), boards.end(), [&](const BoardReading& board) {
      return column.text(board, miner) != kUnknown;
    });
    if (told) columns.push_back(&column);
  }
  return columns;
}

void BoardRow(Html& html, const BoardReading& board, const MinerView& miner,
              const BoardColumns& columns) {
  html << "<tr><th scope=\"row\">Board " << board.board;
  if (!board.serial.empty()) html << "<small>" << board.serial << "</small>";
  html << "</th><td class=\"number\" data-label=\"State\">";
  if (!board.present) {
    html << Badge("empty slot", Weight::kNeutral);
  } else if (board.Up()) {
    html << Badge("hashing", Weight::kGood);
  } else {
    html << Badge("down", Weight::kCritical);
  }
  html << "</td>";
  for (const BoardColumn* column : columns) {
    Cell(html, column->title, column->text(board, miner));
  }
  html << "</tr>";
}

Weight WeightOfPool(const PoolReading& pool) {
  switch (pool.status) {
    case PoolStatus::kAlive:
      return Weight::kGood;
    case PoolStatus::kDead:
      return Weight::kCritical;
    case PoolStatus::kRejecting:
      return Weight::kWarning;
    case PoolStatus::kDisabled:
    case PoolStatus::kUnknown:
      return Weight::kNeutral;
  }
  return Weight::kNeutral;
}

void PoolRow(Html& html, const View& view, const PoolReading& pool) {
  html << "<tr><th scope=\"row\">" << (pool.url.empty() ? pool.host : pool.url);
  if (pool.active) html << "<small>in use</small>";
  if (pool.dev_fee) html << "<small>fee of the firmware</small>";
  html << "</th><td class=\"number\" data-label=\"State\">"
       << Badge(PoolStatusName(pool.status), WeightOfPool(pool))
       << "</td><td class=\"number\" data-label=\"Worker\">"
       << (pool.user.empty() ? std::string(kUnknown) : pool.user) << "</td>";
  Cell(html, "Priority", CountOrUnknown(pool.priority));
  Cell(html, "Accepted", CountOrUnknown(pool.accepted));
  Cell(html, "Rejected", CountOrUnknown(pool.rejected));
  Cell(html, "Stale", CountOrUnknown(pool.stale));
  html << "<td class=\"number\" data-label=\"Last share\">";
  if (pool.last_share) {
    html << Ago(view, *pool.last_share);
  } else {
    html << kUnknown;
  }
  html << "</td></tr>";
}

void Fact(Html& html, std::string_view name, const std::string& text) {
  if (text.empty()) return;
  html << "<div><dt>" << name << "</dt><dd>" << text << "</dd></div>";
}

void Counters(Html& html, const MinerView& miner) {
  constexpr double kJoulesPerKilowattHour = 3.6e6;
  const auto energy = [](double joules) {
    return Figure(joules / kJoulesPerKilowattHour, 4) + " kWh";
  };
  const OwnedCounters& counters = miner.counters;
  if (counters.energy_reported_seen) {
    Fact(html, "Energy, measured", energy(counters.energy_reported_joules));
  }
  if (counters.energy_estimated_seen) {
    Fact(html, "Energy, estimated", energy(counters.energy_estimated_joules));
  }
  Fact(html, "Pool switches", Count(counters.pool_switches));
  Fact(html, "Polls",
       Count(static_cast<double>(counters.polls)) + ", " +
           Count(static_cast<double>(counters.poll_failures)) + " failed");
  if (miner.last_poll_seconds) {
    Fact(html, "Last poll took", Figure(*miner.last_poll_seconds * 1000) + " ms");
  }
  if (!miner.reading) return;
  const Reading& reading = *miner.reading;
  if (reading.accepted || reading.rejected || reading.stale)
    Fact(html, "Shares",
         CountOrUnknown(reading.accepted) + " accepted, " + CountOrUnknown(reading.rejected) +
             " rejected, " + CountOrUnknown(reading.stale) + " stale");
  if (reading.hardware_errors) Fact(html, "Hardware errors", Count(*reading.hardware_errors));
  Fact(html, "Work mode", reading.work_mode);
  if (reading.ambient_celsius) Fact(html, "Ambient", CelsiusText(*reading.ambient_celsius));
  if (reading.fan_duty_ratio) Fact(html, "Fan duty", PercentText(*reading.fan_duty_ratio));
}

}  // namespace

Html BoardTable(const MinerView& miner) {
  Html html;
  if (!miner.reading || miner.reading->boards.empty()) return html;
  html << "<section><h2>Boards</h2>";
  const BoardColumns columns = ColumnsOf(miner);
  std::vector<std::string_view> titles = {"Board", "State"};
  for (const BoardColumn* column : columns) titles.push_back(column->title);
  Heads(html, titles);
  for (const BoardReading& board : miner.reading->boards) BoardRow(html, board, miner, columns);
  html << "</tbody></table></section>";
  return html;
}

Html FanTable(const MinerView& miner) {
  Html html;
  if (!miner.reading || miner.reading->fans.empty()) return html;
  const bool judged = miner.thresholds.JudgesFans(*miner.reading);
  html << "<section><h2>Fans</h2><ul class=\"fans\">";
  for (const FanReading& fan : miner.reading->fans) {
    const Weight weight = !judged                              ? Weight::kNeutral
                          : fan.rpm <= 0                       ? Weight::kCritical
                          : fan.rpm < miner.thresholds.fan_rpm ? Weight::kWarning
                                                               : Weight::kGood;
    html << "<li>" << Badge("fan " + std::to_string(fan.fan), weight) << "<b>"
         << (fan.rpm <= 0 ? std::string("stands still") : Count(fan.rpm) + " rpm") << "</b></li>";
  }
  html << "</ul></section>";
  return html;
}

Html PoolTable(const View& view, const MinerView& miner) {
  Html html;
  if (!miner.reading || miner.reading->pools.empty()) return html;
  html << "<section><h2>Pools</h2>";
  Heads(html,
        {"Pool", "State", "Worker", "Priority", "Accepted", "Rejected", "Stale", "Last share"});
  for (const PoolReading& pool : miner.reading->pools) PoolRow(html, view, pool);
  html << "</tbody></table></section>";
  return html;
}

Html IdentityList(const View& view, const MinerView& miner) {
  const Identity& identity = miner.identity;
  const MinerFacts& facts = miner.facts;
  Html html;
  html << "<section><h2>Identity and counters</h2><dl class=\"facts\">";
  Fact(html, "Id", facts.id);
  Fact(html, "Address", facts.address.ToString());
  Fact(html, "Name", facts.labels.name);
  Fact(html, "Site", facts.labels.site);
  Fact(html, "Rack", facts.labels.rack);
  Fact(html, "Found by", std::string(DiscoverySourceName(facts.source)));
  Fact(html, "Model", identity.model);
  Fact(html, "Type as told", identity.type);
  Fact(html, "Algorithm", identity.algorithm);
  Fact(html, "Firmware", identity.firmware);
  Fact(html, "Version", identity.firmware_version);
  Fact(html, "API", identity.api_version);
  Fact(html, "MAC", identity.mac);
  Fact(html, "Host name", identity.hostname);
  Fact(html, "Serial", identity.serial);
  if (miner.maintenance) {
    const MaintenanceEntry& work = *miner.maintenance;
    Fact(html, "Maintenance",
         "until " + FormatUtc(work.end) + ", by " + work.by +
             (work.reason.empty() ? "" : ": " + work.reason));
  }
  Counters(html, miner);
  if (miner.last_success) {
    html << "<div><dt>Last answer</dt><dd>" << Ago(view, *miner.last_success) << "</dd></div>";
  }
  if (miner.last_error) {
    Fact(html, "Last error",
         miner.last_error_detail.empty() ? std::string("see the error log")
                                         : miner.last_error_detail);
  }
  for (const CollectorResult& collector : miner.collectors) {
    Fact(html, "Command " + std::string(CollectorName(collector.collector)),
         collector.success ? "answered" : "failed");
  }
  html << "</dl></section>";
  return html;
}

}  // namespace antx::pages
