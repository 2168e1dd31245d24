#include "push/record.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <cmath>
#include <cstdio>
#include <optional>

#include "util/clock.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr double kGiga = 1e9;

std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(ToValidUtf8(text)));
}

/// Ten digits, so that 110566.89e9 / 1e9 reads 110566.89; JSON knows no NaN.
std::string Number(double value) {
  if (!std::isfinite(value)) return "null";
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.10g", value);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string Fixed(double value, const char* unit) {
  std::array<char, 400> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.2f %s", value, unit);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string NumberOrNull(const std::optional<double>& value) {
  return value ? Number(*value) : "null";
}

/// Writes an object or a list; the caller gives values as JSON.
class JsonWriter {
 public:
  explicit JsonWriter(char open) : text_(1, open) {}
  void Key(std::string_view key, const std::string& json) { Item(Quoted(key) + ':' + json); }
  void Text(std::string_view key, const std::string& value) {
    if (!value.empty()) Key(key, Quoted(value));
  }
  void Maybe(std::string_view key, const std::optional<double>& value) {
    if (value) Key(key, Number(*value));
  }
  void Item(const std::string& json) {
    if (text_.size() > 1) text_ += ',';
    text_ += json;
  }
  [[nodiscard]] bool empty() const { return text_.size() == 1; }
  [[nodiscard]] std::string Close() && {
    text_ += text_.front() == '{' ? '}' : ']';
    return std::move(text_);
  }

 private:
  std::string text_;
};

std::optional<double> Hottest(const std::vector<SensorReading>& sensors) {
  std::optional<double> hottest;
  for (const SensorReading& sensor : sensors) {
    // Through one decimal: a float such as 65.3 is not 65.3 as a double.
    const double celsius = std::round(static_cast<double>(sensor.celsius) * 10) / 10;
    if (!hottest || celsius > *hottest) hottest = celsius;
  }
  return hottest;
}

std::optional<double> In(const std::optional<double>& value, double unit) {
  if (!value) return std::nullopt;
  return *value / unit;
}

/// The pool in use, else the first one; never a fee pool of the firmware.
const PoolReading* PoolOf(const Reading& reading) {
  const PoolReading* first = nullptr;
  for (const PoolReading& pool : reading.pools) {
    if (pool.dev_fee) continue;
    if (pool.active) return &pool;
    if (first == nullptr) first = &pool;
  }
  return first;
}

std::optional<double> RateOf(const Reading& reading) {
  std::optional<double> sum;
  for (const BoardReading& board : reading.boards) {
    if (board.hashrate_hashes_per_second) {
      sum = sum.value_or(0) + *board.hashrate_hashes_per_second;
    }
  }
  return sum ? sum : reading.hashrate_hashes_per_second;
}

std::optional<double> MegahertzOf(const Reading& reading) {
  double sum = 0;
  int count = 0;
  for (const BoardReading& board : reading.boards) {
    if (!board.frequency_hertz) continue;
    sum += *board.frequency_hertz / 1e6;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return std::round(sum / count);
}

/// The keys of a card are always there, null when unknown: that is the older form.
std::string Card(const BoardReading& board, std::string_view algorithm) {
  const auto chips = Hottest(board.chip_celsius);
  JsonWriter card('{');
  card.Key("temp", NumberOrNull(chips ? chips : Hottest(board.pcb_celsius)));
  card.Key("temp_in", NumberOrNull(board.inlet_celsius));
  card.Key("temp_out", NumberOrNull(board.outlet_celsius));
  const auto& rate = board.hashrate_hashes_per_second;
  card.Key("hashrate", rate ? Quoted(RateText(*rate, algorithm)) : "null");
  card.Key("chain_acn", board.chips ? std::to_string(*board.chips) : "null");
  card.Maybe("hashrate_ghs", In(rate, kGiga));
  return std::move(card).Close();
}

void AddBoards(const Reading& reading, JsonWriter& record) {
  JsonWriter cards('{');
  JsonWriter errors('[');
  bool errors_known = false;
  for (const BoardReading& board : reading.boards) {
    if (!board.present) continue;
    cards.Key(board.board, Card(board, reading.identity.algorithm));
    errors.Item(NumberOrNull(board.hardware_errors));
    errors_known = errors_known || board.hardware_errors.has_value();
  }
  if (cards.empty()) return;
  record.Key("card", std::move(cards).Close());
  record.Key("miner_count", std::to_string(reading.BoardsPresent()));
  if (errors_known) record.Key("chain_hw", std::move(errors).Close());
}

void AddFans(const Reading& reading, JsonWriter& record) {
  if (reading.fans.empty()) return;
  JsonWriter fans('{');
  for (const FanReading& fan : reading.fans) {
    fans.Key("fan" + std::to_string(fan.fan), Number(fan.rpm));
  }
  record.Key("fan_num", std::to_string(reading.fans.size()));
  record.Key("fans", std::move(fans).Close());
}

void AddRates(const Reading& reading, const Identity& identity, JsonWriter& record) {
  const auto rate = RateOf(reading);
  const auto& ideal = reading.hashrate_expected_hashes_per_second;
  if (rate) record.Key("hashrate", Quoted(RateText(*rate, identity.algorithm)));
  if (ideal) record.Key("total_rate_ideal", Quoted(RateText(*ideal, identity.algorithm)));
  record.Maybe("hashrate_ghs", In(rate, kGiga));
  record.Maybe("total_rate_ideal_ghs", In(ideal, kGiga));
}

void AddReading(const MinerView& miner, JsonWriter& record) {
  const Reading& reading = *miner.reading;
  if (const PoolReading* pool = PoolOf(reading)) {
    record.Text("worker_name", pool->user);
    record.Text("pool", pool->url);
  }
  AddBoards(reading, record);
  AddRates(reading, reading.identity, record);
  if (const auto megahertz = MegahertzOf(reading)) {
    record.Key("frequency", Quoted(Number(*megahertz)));
    record.Key("frequency_mhz", Number(*megahertz));
  }
  AddFans(reading, record);
  std::optional<double> hottest;
  for (const BoardReading& board : reading.boards) {
    const auto chips = Hottest(board.chip_celsius);
    const auto celsius = chips ? chips : Hottest(board.pcb_celsius);
    if (celsius && (!hottest || *celsius > *hottest)) hottest = celsius;
  }
  record.Maybe("temp_max", hottest);
  if (miner.power) {
    record.Key("power_w", Number(miner.power->watts));
    record.Text("power_source", std::string(PowerSourceLabel(miner.power->source)));
  }
}

}  // namespace

std::string RateText(double rate, std::string_view algorithm) {
  if (algorithm == "sha256") return Fixed(rate / 1e12, "TH/s");
  if (algorithm == "equihash") return Fixed(rate / 1e3, "kSol/s");
  if (rate > 0 && rate < 1e7) return Fixed(rate / 1e3, "kH/s");
  return Fixed(rate / kGiga, "GH/s");
}

std::string PushRecord(const MinerView& miner, SystemTime taken) {
  JsonWriter record('{');
  record.Key("ip", Quoted(miner.facts.address.ToString()));
  const bool online = miner.up && miner.reading != nullptr;
  if (online) {
    const Identity& identity = miner.identity;
    record.Text("brand", identity.type.empty() ? identity.model : identity.type);
  }
  record.Key("online", online ? "true" : "false");
  record.Key("collected_at",
             Quoted(FormatUtc(online && miner.last_success ? *miner.last_success : taken)));
  if (online) AddReading(miner, record);
  return std::move(record).Close();
}

std::string PushBody(const std::vector<std::string>& records) {
  std::string body = "{\"results\":[";
  for (const std::string& record : records) {
    if (body.back() != '[') body += ',';
    body += record;
  }
  body += "]}";
  return body;
}

}  // namespace antx
