// Writes an exposition, text 0.0.4 or OpenMetrics 1.0.0, in pieces. Knows the formats
// and nothing of miners. One writer, one thread.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/families.gen.h"

namespace antx {

enum class Format { kText, kOpenMetrics };

inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";
inline constexpr std::string_view kOpenMetricsContentType =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Takes one piece; false: the reader has gone, stop.
using Sink = std::function<bool(std::string_view piece)>;

/// One label: name and value. The value may hold anything; it is escaped and cut here.
using Label = std::pair<std::string_view, std::string_view>;

class Page {
 public:
  Page(Format format, Sink sink);

  /// The samples that follow belong to this family. The header is written with the first
  /// of them: a family without samples leaves no trace.
  void Begin(Family family);
  /// One sample. NaN and infinity are left out: unknown is absent.
  void Sample(std::initializer_list<Label> labels, double value);
  /// The same with a suffix behind the name and an extra label, for histograms.
  void Sample(std::string_view suffix, const std::vector<Label>& labels, double value);
  /// Hands over what is left; writes "# EOF" in OpenMetrics. False: the reader has gone.
  bool End();
  [[nodiscard]] bool alive() const { return alive_; }
  [[nodiscard]] std::size_t series() const { return series_; }

 private:
  void Header();
  void Name(std::string_view suffix);
  void AppendLabel(const Label& label, bool first);
  void AppendValue(double value);
  void FlushIfFull();

  Format format_;
  Sink sink_;
  std::string buffer_;
  const FamilyInfo* family_ = nullptr;
  bool header_pending_ = false;
  bool alive_ = true;
  std::size_t series_ = 0;
};

}  // namespace antx
