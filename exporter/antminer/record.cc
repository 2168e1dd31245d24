#include "antminer/record.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>

#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

/// No miner counts so far; what does is noise, and would overflow with its unit.
constexpr double kLargest = 1e100;

bool IsPlausible(double value) { return std::abs(value) <= kLargest; }

std::string Raw(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  return json::serialize(value);
}

}  // namespace

std::optional<double> LeadingNumber(std::string_view text) {
  text = Trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<double> DifficultyNumber(std::string_view text) {
  text = Trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !IsPlausible(value)) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.empty()) return value;
  static constexpr std::string_view kUnits = "KMGTP";
  const auto power = kUnits.find(unit.front());
  if (power == std::string_view::npos) return value;
  return value * std::pow(1000.0, static_cast<double>(power) + 1);
}

double Scaled(double value, double factor) {
  const double product = value * factor;
  const double whole = std::round(product);
  return std::abs(product - whole) <= std::abs(product) * 1e-15 ? whole : product;
}

int ToInt(double value) { return static_cast<int>(std::clamp(value, -1e9, 1e9)); }

IndexedKey::IndexedKey(std::string_view prefix, int index, std::string_view suffix) {
  char* at = std::copy(prefix.begin(), prefix.end(), text_);
  at = std::to_chars(at, text_ + sizeof(text_), index).ptr;
  at = std::copy(suffix.begin(), suffix.end(), at);
  size_ = static_cast<std::size_t>(at - text_);
}

std::optional<double> NumberIn(const json::value& value, DecodeLog& log) {
  switch (value.kind()) {
    case json::kind::int64:
      return static_cast<double>(value.get_int64());
    case json::kind::uint64:
      return static_cast<double>(value.get_uint64());
    case json::kind::double_:
      if (IsPlausible(value.get_double())) return value.get_double();
      log.Count(Repair::kBadNumber);
      return std::nullopt;
    case json::kind::string: {
      const std::string_view text = Trim(std::string_view(value.get_string()));
      if (text.empty() || text == "-") return std::nullopt;
      const auto number = LeadingNumber(text);
      if (number && IsPlausible(*number)) return number;
      log.Count(Repair::kBadNumber);
      return std::nullopt;
    }
    case json::kind::object:
    case json::kind::array:
      log.Count(Repair::kUnknownType);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<double> Record::Number(std::string_view key) const {
  const json::value* value = Find(key);
  if (value == nullptr) return std::nullopt;
  return NumberIn(*value, *log_);
}

bool Record::Take(std::string_view key, double factor, std::optional<double>& out,
                  std::string_view target) const {
  const auto number = Number(key);
  if (!number) return false;
  out = Scaled(*number, factor);
  if (log_->notes != nullptr) Note(key, target);
  return true;
}

bool Record::TakeCounter(std::string_view key, double factor, std::optional<double>& out,
                         std::string_view target) const {
  const auto number = Number(key);
  if (number && *number < 0) {
    log_->Count(Repair::kNegativeCounter);
    return false;
  }
  if (!number) return false;
  out = Scaled(*number, factor);
  if (log_->notes != nullptr) Note(key, target);
  return true;
}

bool Record::TakePositive(std::string_view key, double factor, std::optional<double>& out,
                          std::string_view target) const {
  const auto number = Number(key);
  return number && *number > 0 && Take(key, factor, out, target);
}

std::string Record::Text(std::string_view key) const {
  const json::value* value = Find(key);
  if (value == nullptr || value->is_null() || value->is_structured()) return {};
  return std::string(Trim(Raw(*value)));
}

bool Record::IsTrue(std::string_view key) const {
  const json::value* value = Find(key);
  if (value == nullptr) return false;
  if (const bool* flag = value->if_bool()) return *flag;
  const auto* text = value->if_string();
  return text != nullptr && EqualsNoCase(*text, "true");
}

void Record::Note(std::string_view key, std::string_view target) const {
  if (log_->notes == nullptr) return;
  const json::value* value = Find(key);
  log_->notes->push_back({std::string(command_), std::string(key),
                          value == nullptr ? std::string() : Raw(*value), std::string(target)});
}

}  // namespace antx
