#include "api/rows.h"

#include <algorithm>
#include <unordered_map>

#include "model/miner_values.h"

namespace antx {
namespace {

constexpr double kPerTera = 1e12;

std::string_view DiscoveryWord(DiscoverySource source) {
  switch (source) {
    case DiscoverySource::kTcp:
      return "tcp";
    case DiscoverySource::kMdns:
      return "mdns";
    case DiscoverySource::kBoth:
      return "both";
    case DiscoverySource::kStatic:
    case DiscoverySource::kFile:
      return "manual";
    case DiscoverySource::kRestored:
      break;
  }
  return "unknown";
}

MinerRow RowOf(const LatestRow& stored) {
  MinerRow row;
  row.id = stored.miner;
  row.address = stored.address;
  row.model = stored.model;
  row.sha256 = stored.sha256;
  row.time = stored.time;
  row.figures = FiguresOf(stored.values);
  return row;
}

MinerRow RowOf(const MinerView& view, const LatestRow* stored, bool live) {
  MinerRow row = stored != nullptr ? RowOf(*stored) : MinerRow{};
  row.id = view.facts.id;
  row.address = view.facts.address;
  row.discovery = DiscoveryWord(view.facts.source);
  if (!view.identity.model.empty()) row.model = view.identity.model;
  if (!view.identity.algorithm.empty()) row.sha256 = view.identity.algorithm == "sha256";
  // Rows carry the time of their round, so they can be younger than the poll they come from.
  const bool newer = view.reading && view.last_success && (stored == nullptr || live);
  if (newer) {
    row.time = view.last_success;
    row.figures = FiguresOf(ValuesOf(view));
    row.live = live && view.up;
  }
  return row;
}

}  // namespace

Figures FiguresOf(const MinerValues& values) {
  Figures figures;
  figures.hashrate_ths = At(values, MinerMetric::kHashrate);
  if (figures.hashrate_ths) *figures.hashrate_ths /= kPerTera;
  figures.power_w = At(values, MinerMetric::kPower);
  figures.avg_temp_c = At(values, MinerMetric::kTempAvg);
  figures.avg_fan_rpm = At(values, MinerMetric::kFanAvg);
  figures.elapsed_s = At(values, MinerMetric::kElapsed);
  return figures;
}

std::vector<MinerRow> NewestRows(const ApiContext& context, bool live) {
  const auto snapshot = context.box.Latest();
  const auto latest =
      context.history ? context.history->Latest() : std::shared_ptr<const std::vector<LatestRow>>();
  std::unordered_map<std::string_view, const LatestRow*> stored;
  if (latest) {
    for (const LatestRow& row : *latest) stored.emplace(row.miner, &row);
  }
  std::vector<MinerRow> rows;
  rows.reserve(std::max(snapshot->miners.size(), stored.size()));
  for (const auto& view : snapshot->miners) {
    const auto found = stored.find(view->facts.id);
    rows.push_back(RowOf(*view, found == stored.end() ? nullptr : found->second, live));
    if (found != stored.end()) stored.erase(found);
  }
  for (const auto& [id, row] : stored) rows.push_back(RowOf(*row));
  std::sort(rows.begin(), rows.end(), [](const MinerRow& a, const MinerRow& b) {
    return a.address != b.address ? a.address < b.address : a.id < b.id;
  });
  return rows;
}

bool IsFresh(std::optional<SystemTime> time, SystemTime now, std::int64_t fresh_within) {
  return time && *time >= now - std::chrono::minutes(fresh_within);
}

MinerFilter::MinerFilter(const Parameters& parameters) : addresses_(parameters.Addresses("ip")) {
  if (!addresses_) addresses_ = parameters.Addresses("ips");
  if (addresses_) std::sort(addresses_->begin(), addresses_->end());
}

bool MinerFilter::Takes(Ipv4 address) const {
  return !addresses_ || std::binary_search(addresses_->begin(), addresses_->end(), address);
}

std::vector<std::string> MinerFilter::Names() const {
  std::vector<std::string> names;
  if (!addresses_) return names;
  for (const Ipv4 address : *addresses_) names.push_back(address.ToString());
  return names;
}

void WriteFigures(const Figures& figures, JsonWriter& json) {
  json.Field("hashrate_ths", figures.hashrate_ths)
      .Field("power_w", figures.power_w)
      .Field("avg_temp_c", figures.avg_temp_c)
      .Field("avg_fan_rpm", figures.avg_fan_rpm);
}

Ipv4 AddressOfPath(const HttpRequest& request) {
  return request.parameters.Addresses("ip").value().at(0);
}

std::shared_ptr<const MinerView> MinerOfPath(const ApiContext& context,
                                             const HttpRequest& request) {
  return context.box.Latest()->Find(AddressOfPath(request).ToString());
}

HttpResponse NoHistory(std::string_view why) {
  HttpResponse response = ErrorResponse(503, why);
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

}  // namespace antx
