#include "util/time_zone.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>

namespace antx {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr std::size_t kHeader = 44;
constexpr std::size_t kLargestFile = 1U << 20U;
constexpr std::int64_t kDay = 86400;

/// Reads numbers in network order; fails for good when the text ends early.
class Bytes {
 public:
  explicit Bytes(std::string_view text) : text_(text) {}
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::string_view rest() const { return text_; }
  std::string_view Take(std::size_t size) {
    if (size > text_.size()) {
      good_ = false;
      return {};
    }
    const std::string_view part = text_.substr(0, size);
    text_.remove_prefix(size);
    return part;
  }
  /// A number with sign of 4 or 8 bytes.
  std::int64_t Number(std::size_t size) {
    std::uint64_t value = 0;
    for (const char c : Take(size)) value = value << 8U | static_cast<unsigned char>(c);
    if (size == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    return static_cast<std::int64_t>(value);
  }

 private:
  std::string_view text_;
  bool good_ = true;
};

/// Counts of a header, in the order of the file.
struct Counts {
  std::size_t ut = 0, standard = 0, leaps = 0, times = 0, types = 0, characters = 0;
  char version = 0;
  [[nodiscard]] std::size_t DataSize(std::size_t time_size) const {
    return times * (time_size + 1) + types * 6 + characters + leaps * (time_size + 4) + standard +
           ut;
  }
};

std::optional<Counts> ReadHeader(Bytes& bytes) {
  Counts counts;
  const std::string_view head = bytes.Take(kHeader);
  if (!bytes.good() || !head.starts_with("TZif")) return std::nullopt;
  counts.version = head[4];
  Bytes numbers(head.substr(20));
  for (std::size_t* count : {&counts.ut, &counts.standard, &counts.leaps, &counts.times,
                             &counts.types, &counts.characters}) {
    const std::int64_t number = numbers.Number(4);
    if (number < 0 || number > static_cast<std::int64_t>(kLargestFile)) return std::nullopt;
    *count = static_cast<std::size_t>(number);
  }
  if (counts.types == 0) return std::nullopt;
  return counts;
}

/// Reads a POSIX TZ text from its begin.
class RuleText {
 public:
  explicit RuleText(std::string_view text) : text_(text) {}
  [[nodiscard]] bool AtEnd() const { return text_.empty(); }
  bool Eat(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool Name() {
    std::size_t size = 0;
    if (Eat('<')) {
      size = text_.find('>');
      if (size == std::string_view::npos) return false;
      text_.remove_prefix(size + 1);
      return size > 0;
    }
    while (size < text_.size() && std::isalpha(static_cast<unsigned char>(text_[size])) != 0) {
      ++size;
    }
    text_.remove_prefix(size);
    return size >= 3;
  }
  std::optional<int> Number(int max) {
    int value = 0;
    std::size_t size = 0;
    while (size < text_.size() && std::isdigit(static_cast<unsigned char>(text_[size])) != 0) {
      value = value * 10 + (text_[size] - '0');
      if (value > max) return std::nullopt;
      ++size;
    }
    text_.remove_prefix(size);
    return size > 0 ? std::optional<int>(value) : std::nullopt;
  }
  /// [+-]hh[:mm[:ss]] in seconds.
  std::optional<std::int64_t> Time() {
    const bool minus = Eat('-');
    if (!minus) (void)Eat('+');
    const auto hours = Number(167);
    if (!hours) return std::nullopt;
    std::int64_t seconds = *hours * 3600;
    for (const int unit : {60, 1}) {
      if (!Eat(':')) break;
      const auto part = Number(59);
      if (!part) return std::nullopt;
      seconds += *part * unit;
    }
    return minus ? -seconds : seconds;
  }
  std::optional<DaylightRule::Change> Change() {
    DaylightRule::Change change;
    std::optional<int> day;
    if (Eat('M')) {
      const auto month = Number(12);
      if (!month || *month < 1 || !Eat('.')) return std::nullopt;
      const auto week = Number(5);
      if (!week || *week < 1 || !Eat('.')) return std::nullopt;
      day = Number(6);
      if (!day) return std::nullopt;
      change.month = *month;
      change.week = *week;
      change.weekday = *day;
    } else {
      const bool without_leap = Eat('J');
      day = Number(365);
      if (!day || (without_leap && *day < 1)) return std::nullopt;
      change.kind = without_leap ? DaylightRule::Change::Kind::kDayWithoutLeap
                                 : DaylightRule::Change::Kind::kDay;
      change.day = *day;
    }
    if (Eat('/')) {
      const auto time = Time();
      if (!time) return std::nullopt;
      change.seconds = *time;
    }
    return change;
  }

 private:
  std::string_view text_;
};

/// Midnight of the day of a change, in local seconds since 1970.
std::int64_t ChangeDay(const DaylightRule::Change& change, std::chrono::year year) {
  using std::chrono::month;
  using std::chrono::weekday;
  const sys_days new_year = year / month(1) / 1;
  if (change.kind == DaylightRule::Change::Kind::kDay) {
    return (new_year + days(change.day)).time_since_epoch().count() * kDay;
  }
  if (change.kind == DaylightRule::Change::Kind::kDayWithoutLeap) {
    const bool past_february = change.day >= 60;
    const days add(change.day - 1 + (past_february && year.is_leap() ? 1 : 0));
    return (new_year + add).time_since_epoch().count() * kDay;
  }
  const month in(static_cast<unsigned>(change.month));
  const weekday on(static_cast<unsigned>(change.weekday));
  const sys_days day = change.week == 5
                           ? sys_days(year / in / on[std::chrono::last])
                           : sys_days(year / in / on[static_cast<unsigned>(change.week)]);
  return day.time_since_epoch().count() * kDay;
}

std::int64_t RuleOffset(const DaylightRule& rule, std::int64_t unix_seconds) {
  if (!rule.daylight) return rule.standard;
  const std::chrono::sys_seconds local(std::chrono::seconds(unix_seconds + rule.standard));
  const std::chrono::year year =
      std::chrono::year_month_day(std::chrono::floor<days>(local)).year();
  const std::int64_t begin = ChangeDay(rule.begin, year) + rule.begin.seconds - rule.standard;
  const std::int64_t end = ChangeDay(rule.end, year) + rule.end.seconds - *rule.daylight;
  const bool summer = begin < end ? unix_seconds >= begin && unix_seconds < end
                                  : unix_seconds >= begin || unix_seconds < end;
  return summer ? *rule.daylight : rule.standard;
}

/// Letters of zone names only, and no way out of the folder.
bool IsZoneName(const std::string& name) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '_' || c == '-' ||
           c == '+';
  };
  return !name.empty() && name.size() <= 64 && name.front() != '/' && name.back() != '/' &&
         std::all_of(name.begin(), name.end(), allowed);
}

}  // namespace

std::optional<DaylightRule> ParseDaylightRule(std::string_view text) {
  RuleText reader(text);
  DaylightRule rule;
  if (!reader.Name()) return std::nullopt;
  const auto standard = reader.Time();
  if (!standard) return std::nullopt;
  rule.standard = -*standard;  // POSIX counts to the west.
  if (reader.AtEnd()) return rule;
  if (!reader.Name()) return std::nullopt;
  rule.daylight = rule.standard + 3600;
  if (!reader.Eat(',')) {
    const auto daylight = reader.Time();
    if (!daylight || !reader.Eat(',')) return std::nullopt;
    rule.daylight = -*daylight;
  }
  const auto begin = reader.Change();
  if (!begin || !reader.Eat(',')) return std::nullopt;
  const auto end = reader.Change();
  if (!end || !reader.AtEnd()) return std::nullopt;
  rule.begin = *begin;
  rule.end = *end;
  return rule;
}

std::shared_ptr<const TimeZone> TimeZone::Load(const std::string& name, const std::string& folder) {
  if (name == "UTC") return std::make_shared<const TimeZone>();
  if (!IsZoneName(name)) return nullptr;
  std::ifstream file(folder + '/' + name, std::ios::binary);
  if (!file) return nullptr;
  std::string text(kLargestFile, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto zone = Parse(text);
  return zone ? std::make_shared<const TimeZone>(std::move(*zone)) : nullptr;
}

std::optional<TimeZone> TimeZone::Parse(std::string_view file) {
  Bytes bytes(file);
  auto counts = ReadHeader(bytes);
  if (!counts) return std::nullopt;
  std::size_t time_size = 4;
  if (counts->version != '\0') {  // The same again with times of 8 bytes, and a rule at the end.
    (void)bytes.Take(counts->DataSize(4));
    if (!bytes.good()) return std::nullopt;
    counts = ReadHeader(bytes);
    if (!counts) return std::nullopt;
    time_size = 8;
  }
  Bytes data(bytes.Take(counts->DataSize(time_size)));
  if (!bytes.good()) return std::nullopt;
  TimeZone zone;
  for (std::size_t i = 0; i < counts->times; ++i) zone.changes_.push_back(data.Number(time_size));
  const std::string_view indexes = data.Take(counts->times);
  std::vector<std::int64_t> types;
  for (std::size_t i = 0; i < counts->types; ++i) {
    types.push_back(data.Number(4));
    (void)data.Take(2);
  }
  if (!data.good() || !std::is_sorted(zone.changes_.begin(), zone.changes_.end())) {
    return std::nullopt;
  }
  zone.first_offset_ = types.front();
  for (const char index : indexes) {
    const auto type = static_cast<std::size_t>(static_cast<unsigned char>(index));
    if (type >= types.size()) return std::nullopt;
    zone.offsets_.push_back(types[type]);
  }
  std::string_view footer = bytes.rest();
  if (footer.starts_with('\n') && footer.size() > 2) {
    footer = footer.substr(1, footer.find('\n', 1) - 1);
    zone.footer_ = ParseDaylightRule(footer);
    if (!footer.empty() && !zone.footer_) return std::nullopt;
  }
  return zone;
}

std::chrono::seconds TimeZone::OffsetAt(SystemTime time) const {
  const std::int64_t unix_seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  const auto next = std::upper_bound(changes_.begin(), changes_.end(), unix_seconds);
  if (next == changes_.end() && footer_) {
    return std::chrono::seconds(RuleOffset(*footer_, unix_seconds));
  }
  if (next == changes_.begin()) return std::chrono::seconds(first_offset_);
  const auto index = static_cast<std::size_t>(std::distance(changes_.begin(), next)) - 1;
  return std::chrono::seconds(offsets_[index]);
}

LocalTime TimeZone::Local(SystemTime time) const {
  const auto local = std::chrono::floor<std::chrono::minutes>(
      std::chrono::floor<std::chrono::seconds>(time) + OffsetAt(time));
  LocalTime answer;
  answer.day = std::chrono::floor<days>(local);
  answer.minute = static_cast<int>((local - answer.day).count());
  answer.weekday = static_cast<int>(std::chrono::weekday(answer.day).iso_encoding()) - 1;
  return answer;
}

}  // namespace antx
