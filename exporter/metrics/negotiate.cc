#include <algorithm>

#include "metrics/exposition.h"
#include "util/text.h"

namespace antx {
namespace {

/// q of one element of an Accept-like header; 1 when not given, 0 when it is nonsense.
double Quality(const std::vector<std::string_view>& parameters) {
  for (const std::string_view parameter : parameters) {
    if (!parameter.starts_with("q=")) continue;
    return std::clamp(ParseDouble(parameter.substr(2)).value_or(0), 0.0, 1.0);
  }
  return 1;
}

}  // namespace

Format Negotiate(std::string_view accept) {
  double text = 0;
  double open_metrics = 0;
  for (const std::string_view element : SplitList(accept, ",")) {
    const auto parts = SplitList(element, ";");
    if (parts.empty()) continue;
    const double quality = Quality(parts);
    const bool old = std::any_of(parts.begin(), parts.end(), [](std::string_view parameter) {
      return parameter.starts_with("version=") && parameter != "version=1.0.0" &&
             parameter != "version=0.0.4" && parameter != "version=0.0.1";
    });
    if (EqualsNoCase(parts.front(), "application/openmetrics-text") && !old) {
      open_metrics = std::max(open_metrics, quality);
    } else if (EqualsNoCase(parts.front(), "text/plain")) {
      text = std::max(text, quality);
    }
  }
  return open_metrics > text ? Format::kOpenMetrics : Format::kText;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  for (const std::string_view element : SplitList(accept_encoding, ",")) {
    const auto parts = SplitList(element, ";");
    if (!parts.empty() && EqualsNoCase(parts.front(), "gzip")) return Quality(parts) > 0;
  }
  return false;
}

}  // namespace antx
