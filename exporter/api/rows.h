// The newest figures of each miner as the JSON API counts them: TH/s, W, degrees C, rev/min.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/context.h"
#include "api/http_types.h"
#include "api/json_writer.h"

namespace antx {

/// Absent: the miner did not tell.
struct Figures {
  std::optional<double> hashrate_ths;
  std::optional<double> power_w;
  std::optional<double> avg_temp_c;  ///< Mean over boards of the hottest sensor.
  std::optional<double> avg_fan_rpm;
  std::optional<double> elapsed_s;
};

struct MinerRow {
  std::string id;
  Ipv4 address;
  std::string model;  ///< "" unknown.
  bool sha256 = false;
  bool live = false;               ///< It answered in the newest round.
  std::optional<SystemTime> time;  ///< Of the figures; nothing: it never answered.
  std::string_view discovery = "unknown";
  Figures figures;
};

[[nodiscard]] Figures FiguresOf(const MinerValues& values);

/// One row per miner that is known or stored, by address.
/// @param live false: what is stored counts, even when a miner has answered since.
[[nodiscard]] std::vector<MinerRow> NewestRows(const ApiContext& context, bool live = true);

/// Whether the row is at most `fresh_within` minutes old.
[[nodiscard]] bool IsFresh(std::optional<SystemTime> time, SystemTime now,
                           std::int64_t fresh_within);

/// The miners that `ip`, or else `ips`, names.
class MinerFilter {
 public:
  explicit MinerFilter(const Parameters& parameters);
  [[nodiscard]] bool Takes(Ipv4 address) const;
  [[nodiscard]] bool TakesAll() const { return !addresses_; }
  /// As ids for the history.
  [[nodiscard]] std::vector<std::string> Names() const;

 private:
  std::optional<std::vector<Ipv4>> addresses_;  ///< In order.
};

/// hashrate_ths, power_w, avg_temp_c, avg_fan_rpm.
void WriteFigures(const Figures& figures, JsonWriter& json);

/// The miner {ip} of the path; null when it is not known now.
[[nodiscard]] std::shared_ptr<const MinerView> MinerOfPath(const ApiContext& context,
                                                           const HttpRequest& request);
/// The address of {ip}, valid since the dispatcher checked it.
[[nodiscard]] Ipv4 AddressOfPath(const HttpRequest& request);

/// 503 for a route that needs the history.
[[nodiscard]] HttpResponse NoHistory(std::string_view why = "the history is not available");

}  // namespace antx
