// The pages, one function each. Readers of the snapshot and the history, nothing else.
#pragma once

#include "api/context.h"
#include "api/http_types.h"

namespace antx::pages {

/// `/`: is all well, what is not, and where to go.
[[nodiscard]] HttpResponse HomePage(const ApiContext& context, const HttpRequest& request);
/// `/dashboard/`: trends and groups; `?ip=` narrows it to one miner, `?range=` sets the time.
[[nodiscard]] HttpResponse DashboardPage(const ApiContext& context, const HttpRequest& request);
/// `/dashboard/miners`: all miners; parameters in miner_query.h.
[[nodiscard]] HttpResponse MinersPage(const ApiContext& context, const HttpRequest& request);
/// `/dashboard/miner/{ip}`: all that is known of one miner, by address or id.
[[nodiscard]] HttpResponse MinerPage(const ApiContext& context, const HttpRequest& request);
/// `/dashboard/logs`: events, or (`?log=errors`) the error log.
[[nodiscard]] HttpResponse LogsPage(const ApiContext& context, const HttpRequest& request);

}  // namespace antx::pages
