#include "api/query.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "util/text.h"

namespace antx {
namespace {

constexpr std::size_t kMostParameters = 256;
constexpr std::size_t kMostAddresses = 1024;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsIpv6(std::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

template <class T>
Parsed<T> Error(std::string_view name, const std::string& what) {
  return {std::nullopt, std::string(name) + ": " + what};
}

/// Reads a date from the front to the back; each step fails for itself.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : text_(text) {}

  std::optional<int> Digits(std::size_t count) {
    if (text_.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return std::nullopt;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  bool Eat(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] char front() const { return text_.empty() ? '\0' : text_.front(); }

 private:
  std::string_view text_;
};

std::optional<std::chrono::microseconds> Fraction(DateReader& reader) {
  std::int64_t micros = 0;
  std::int64_t scale = 100'000;
  int digits = 0;
  while (const auto digit = reader.Digits(1)) {
    if (++digits > 9) return std::nullopt;
    micros += *digit * scale;
    scale /= 10;
  }
  if (digits == 0) return std::nullopt;
  return std::chrono::microseconds(micros);
}

/// "Z", "+HH:MM", "-HHMM", "+HH", and a blank for a "+" that a URL decoded.
std::optional<std::chrono::minutes> Offset(DateReader& reader) {
  if (reader.empty()) return std::chrono::minutes(0);
  if (reader.Eat('Z') || reader.Eat('z')) return std::chrono::minutes(0);
  const bool minus = reader.front() == '-';
  if (!reader.Eat('-') && !reader.Eat('+') && !reader.Eat(' ')) return std::nullopt;
  const auto hours = reader.Digits(2);
  if (!hours || *hours > 23) return std::nullopt;
  int minutes = 0;
  if (!reader.empty()) {
    reader.Eat(':');
    const auto given = reader.Digits(2);
    if (!given || *given > 59) return std::nullopt;
    minutes = *given;
  }
  const std::chrono::minutes offset(*hours * 60 + minutes);
  return minus ? -offset : offset;
}

std::optional<SystemTime> ReadIso(std::string_view text) {
  DateReader reader(text);
  const auto year = reader.Digits(4);
  const bool basic = reader.front() != '-';
  if (!year || (!basic && !reader.Eat('-'))) return std::nullopt;
  const auto month = reader.Digits(2);
  if (!month || (!basic && !reader.Eat('-'))) return std::nullopt;
  const auto day = reader.Digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  // Beyond the nanoseconds of the system clock there is no history either.
  if (!date.ok() || *year < 1970 || *year > 2200) return std::nullopt;
  SystemTime time = std::chrono::sys_days(date);
  if (reader.empty()) return time;
  if (!reader.Eat('T') && !reader.Eat('t') && !reader.Eat(' ')) return std::nullopt;
  const auto hour = reader.Digits(2);
  if (!hour || *hour > 23 || (!basic && !reader.Eat(':'))) return std::nullopt;
  const auto minute = reader.Digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  time += std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  const bool has_seconds =
      basic ? std::isdigit(static_cast<unsigned char>(reader.front())) != 0 : reader.Eat(':');
  if (has_seconds) {
    const auto second = reader.Digits(2);
    if (!second || *second > 59) return std::nullopt;
    time += std::chrono::seconds(*second);
    if (reader.Eat('.')) {
      const auto fraction = Fraction(reader);
      if (!fraction) return std::nullopt;
      time += *fraction;
    }
  }
  const auto offset = Offset(reader);
  if (!offset || !reader.empty()) return std::nullopt;
  return time - *offset;
}

/// "15m" -> 15 minutes back.
std::optional<SystemTime> ReadRelative(std::string_view text, SystemTime now) {
  static constexpr std::array<std::pair<char, std::int64_t>, 5> kUnits = {
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}}};
  if (text.size() < 2) return std::nullopt;
  const auto count = ParseInt(text.substr(0, text.size() - 1));
  constexpr std::int64_t kMostSeconds = 3'000'000'000;  // A century: more has no history.
  if (!count || *count < 0 || text.front() == '+') return std::nullopt;
  for (const auto& [unit, seconds] : kUnits) {
    if (text.back() != unit) continue;
    if (*count > kMostSeconds / seconds) return std::nullopt;
    return now - std::chrono::seconds(*count * seconds);
  }
  return std::nullopt;
}

}  // namespace

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
                        HexDigit(text[i + 2]) >= 0;
    if (escape) {
      decoded += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

Query::Query(std::string_view text) {
  while (!text.empty()) {
    if (values_.size() == kMostParameters) {
      fault_ = "the query has more than " + std::to_string(kMostParameters) + " parameters";
      return;
    }
    const auto end = std::min(text.find('&'), text.size());
    const std::string_view item = text.substr(0, end);
    const auto equals = std::min(item.find('='), item.size());
    if (!item.empty()) {
      values_.emplace_back(PercentDecoded(item.substr(0, equals)),
                           PercentDecoded(item.substr(std::min(equals + 1, item.size()))));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

Query Query::Of(std::string_view name, std::string_view value) {
  Query query;
  query.values_.emplace_back(name, value);
  return query;
}

std::optional<std::string> Query::Get(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key != name) continue;
    const std::string_view trimmed = Trim(value);
    if (trimmed.empty()) return std::nullopt;
    return std::string(trimmed);
  }
  return std::nullopt;
}

std::vector<std::string> Query::All(std::string_view name) const {
  std::vector<std::string> all;
  for (const auto& [key, value] : values_) {
    if (key == name && !Trim(value).empty()) all.emplace_back(Trim(value));
  }
  return all;
}

Parsed<std::int64_t> IntParameter(const Query& query, std::string_view name, std::int64_t min,
                                  std::int64_t max) {
  const auto text = query.Get(name);
  if (!text) return {};
  const auto value = ParseInt(*text);
  if (!value || *value < min || *value > max) {
    return Error<std::int64_t>(
        name, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return {*value, ""};
}

Parsed<bool> BoolParameter(const Query& query, std::string_view name) {
  const auto text = query.Get(name);
  if (!text) return {};
  for (const char* word : {"true", "1", "yes", "on", "t", "y"}) {
    if (EqualsNoCase(*text, word)) return {true, ""};
  }
  for (const char* word : {"false", "0", "no", "off", "f", "n"}) {
    if (EqualsNoCase(*text, word)) return {false, ""};
  }
  return Error<bool>(name, "must be true or false");
}

Parsed<std::vector<Ipv4>> AddressesParameter(const Query& query, std::string_view name) {
  const auto text = query.Get(name);
  if (!text) return {};
  const auto items = SplitList(*text, ",");
  if (items.empty()) return {};
  if (items.size() > kMostAddresses) {
    return Error<std::vector<Ipv4>>(name, "must hold at most 1024 addresses");
  }
  std::vector<Ipv4> addresses;
  for (const std::string_view item : items) {
    if (const auto address = Ipv4::Parse(item)) {
      addresses.push_back(*address);
    } else if (!IsIpv6(item)) {
      return Error<std::vector<Ipv4>>(name, "must be a list of IP addresses separated by commas");
    }
  }
  return {addresses, ""};
}

Parsed<SystemTime> DateParameter(const Query& query, std::string_view name, SystemTime now) {
  const auto text = query.Get(name);
  if (!text) return {};
  if (const auto time = ReadIso(*text)) return {*time, ""};
  if (const auto time = ReadRelative(*text, now)) return {*time, ""};
  const auto epoch = ParseDouble(*text);
  if (epoch && *epoch >= 0 && *epoch < 4e9) {
    return {SystemTime(std::chrono::duration_cast<SystemTime::duration>(
                std::chrono::duration<double>(*epoch))),
            ""};
  }
  return Error<SystemTime>(name,
                           "must be a date such as 2025-09-11T20:00:00Z, epoch seconds or 2h");
}

}  // namespace antx
