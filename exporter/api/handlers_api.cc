// JSON routes that need nothing but the snapshot.
#include <algorithm>

#include "api/routes.h"
#include "util/text.h"

namespace antx {
namespace {

/// One item of /api/miners. Ages are in poll intervals: Active <= 2, Lagging <= 5.
std::string MinerItem(const MinerView& miner, const Snapshot& snapshot, double interval) {
  std::string item = "{\"ip\":" + JsonQuoted(miner.facts.address.ToString());
  if (miner.last_success) {
    const double age =
        std::max(UnixSeconds(snapshot.taken) - UnixSeconds(*miner.last_success), 0.0);
    const char* status = age <= 2 * interval ? "Active" : age <= 5 * interval ? "Lagging" : "Stale";
    item += ",\"last_seen\":" + JsonQuoted(FormatUtc(*miner.last_success)) +
            ",\"age_sec\":" + std::to_string(static_cast<long>(age)) + ",\"status\":\"" + status +
            "\",\"is_stale\":" + (age > 5 * interval ? "true" : "false");
  } else {
    item += ",\"last_seen\":null,\"age_sec\":null,\"status\":\"Stale\",\"is_stale\":true";
  }
  item += ",\"model\":" + JsonQuoted(miner.identity.model);
  item += ",\"state\":" + (miner.polled ? JsonQuoted(MinerStateName(miner.state)) : "null");
  return item + ",\"id\":" + JsonQuoted(miner.facts.id) + "}";
}

std::string MinerList(const ApiContext& context) {
  const auto snapshot = context.box.Latest();
  const double interval = context.config()->polling.interval.count();
  std::string json = "[";
  for (const auto& miner : snapshot->miners) {
    if (json.size() > 1) json += ",\n ";
    json += MinerItem(*miner, *snapshot, interval);
  }
  return json + "]";
}

}  // namespace

HttpResponse HandleMiners(const ApiContext& context, const HttpRequest& /*request*/) {
  return JsonResponse(MinerList(context) + "\n");
}

HttpResponse HandleDashboardMiners(const ApiContext& context, const HttpRequest& /*request*/) {
  return JsonResponse("{\"miners\":" + MinerList(context) + "}\n");
}

HttpResponse HandleDebugRoutes(const ApiContext& context, const HttpRequest& request) {
  const auto config = context.config();
  if (!config->api.debug_routes && !request.peer.starts_with("127.")) {
    return ErrorResponse(403, "served to loopback only unless api.debug_routes is on");
  }
  auto routes = AllRoutes(config->web.telemetry_path);
  std::sort(routes.begin(), routes.end(),
            [](const Route& a, const Route& b) { return a.pattern < b.pattern; });
  std::string json = "[";
  for (const Route& route : routes) {
    if (json.size() > 1) json += ",\n ";
    json += "{\"rule\":" + JsonQuoted(route.pattern) + ",\"methods\":[" + JsonQuoted(route.method) +
            "],\"endpoint\":" + JsonQuoted(route.name) + "}";
  }
  return JsonResponse(json + "]\n");
}

}  // namespace antx
