#include "metrics/page.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "util/text.h"

namespace antx {
namespace {

constexpr std::size_t kPieceBytes = 64U * 1024U;
constexpr std::size_t kMostLabelBytes = 128;

/// Units that OpenMetrics may name: the name must end with them.
constexpr std::array<std::string_view, 9> kUnits = {
    "seconds", "celsius", "watts", "joules", "hertz", "volts", "bytes", "ratio", "rpm"};

std::string_view WithoutSuffix(std::string_view name, std::string_view suffix) {
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}

/// Name of the family in the header: OpenMetrics drops _total and _info.
std::string_view HeaderName(const FamilyInfo& family, Format format) {
  if (format == Format::kText) return family.name;
  if (family.type == MetricType::kCounter) return WithoutSuffix(family.name, "_total");
  if (family.type == MetricType::kInfo) return WithoutSuffix(family.name, "_info");
  return family.name;
}

std::string_view TypeName(MetricType type, Format format) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kHistogram:
      return "histogram";
    case MetricType::kInfo:
      return format == Format::kText ? "gauge" : "info";
    case MetricType::kGauge:
      return "gauge";
  }
  return "gauge";
}

bool IsPlain(std::string_view text) {
  return text.size() <= kMostLabelBytes && std::all_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
         });
}

}  // namespace

Page::Page(Format format, Sink sink) : format_(format), sink_(std::move(sink)) {
  buffer_.reserve(kPieceBytes + 4096);
}

void Page::Begin(Family family) {
  family_ = &kFamilies.at(static_cast<std::size_t>(family));
  header_pending_ = true;
}

void Page::Header() {
  const std::string_view name = HeaderName(*family_, format_);
  const auto line = [&](std::string_view kind, std::string_view text) {
    buffer_.append("# ").append(kind).append(" ").append(name).append(" ").append(text).append(
        "\n");
  };
  if (format_ == Format::kText) {
    line("HELP", family_->help);
    line("TYPE", TypeName(family_->type, format_));
  } else {
    line("TYPE", TypeName(family_->type, format_));
    for (const std::string_view unit : kUnits) {
      if (name.ends_with(unit) && name.size() > unit.size() &&
          name[name.size() - unit.size() - 1] == '_') {
        line("UNIT", unit);
      }
    }
    line("HELP", family_->help);
  }
  header_pending_ = false;
}

void Page::Name(std::string_view suffix) {
  if (header_pending_) Header();
  buffer_.append(family_->name).append(suffix);
}

void Page::AppendLabel(const Label& label, bool first) {
  buffer_.append(first ? "{" : ",").append(label.first).append("=\"");
  if (IsPlain(label.second)) {
    buffer_.append(label.second);
  } else {
    const std::string valid = ToValidUtf8(label.second);
    for (const char c : CutUtf8(valid, kMostLabelBytes)) {
      if (c == '\n') {
        buffer_ += "\\n";
      } else {
        if (c == '"' || c == '\\') buffer_ += '\\';
        buffer_ += c;
      }
    }
  }
  buffer_ += '"';
}

void Page::AppendValue(double value) {
  std::array<char, 40> text;
  char* end = nullptr;
  // Integers are most of the page and much cheaper than shortest doubles.
  if (std::abs(value) < 1e15 && value == std::trunc(value)) {
    end = std::to_chars(text.data(), text.data() + text.size(), static_cast<long long>(value)).ptr;
  } else {
    end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  }
  buffer_ += ' ';
  buffer_.append(text.data(), static_cast<std::size_t>(end - text.data()));
  buffer_ += '\n';
}

void Page::Sample(std::initializer_list<Label> labels, double value) {
  if (!alive_ || !std::isfinite(value)) return;
  Name("");
  bool first = true;
  for (const Label& label : labels) {
    AppendLabel(label, first);
    first = false;
  }
  if (!first) buffer_ += '}';
  AppendValue(value);
  ++series_;
  FlushIfFull();
}

void Page::Sample(std::string_view suffix, const std::vector<Label>& labels, double value) {
  if (!alive_ || std::isnan(value)) return;
  Name(suffix);
  bool first = true;
  for (const Label& label : labels) {
    AppendLabel(label, first);
    first = false;
  }
  if (!first) buffer_ += '}';
  AppendValue(value);
  ++series_;
  FlushIfFull();
}

void Page::FlushIfFull() {
  if (buffer_.size() < kPieceBytes) return;
  alive_ = sink_(buffer_);
  buffer_.clear();
}

bool Page::End() {
  if (format_ == Format::kOpenMetrics) buffer_ += "# EOF\n";
  if (alive_ && !buffer_.empty()) alive_ = sink_(buffer_);
  buffer_.clear();
  return alive_;
}

}  // namespace antx
