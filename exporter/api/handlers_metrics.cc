// /metrics, /probe and /sd.
#include <algorithm>
#include <memory>

#include "api/routes.h"
#include "metrics/compress.h"
#include "metrics/process_metrics.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr auto kProbeMargin = std::chrono::milliseconds(500);
constexpr auto kProbeDefault = std::chrono::milliseconds(9500);
constexpr auto kProbeMost = std::chrono::seconds(60);

/// "1/4"; nothing and no error when absent.
Parsed<Shard> ShardParameter(const Query& query) {
  const auto text = query.Get("shard");
  if (!text) return {};
  const auto slash = std::min(text->find('/'), text->size());
  const auto index = ParseInt(std::string_view(*text).substr(0, slash));
  const auto count = ParseInt(std::string_view(*text).substr(std::min(slash + 1, text->size())));
  if (!index || !count || *count < 1 || *count > 1000 || *index < 0 || *index >= *count) {
    return {std::nullopt, "shard: must be i/n with i from 0 to n-1"};
  }
  return {Shard{static_cast<std::uint32_t>(*index), static_cast<std::uint32_t>(*count)}, ""};
}

/// Groups of collect[], or an error text.
std::string TakeGroups(const Query& query, ExpositionRequest& request) {
  const auto known = AllGroups();
  for (const std::string& group : query.All("collect[]")) {
    if (std::find(known.begin(), known.end(), group) == known.end()) {
      std::string names;
      for (const std::string_view name : known)
        names += (names.empty() ? "" : ", ") + std::string(name);
      return "collect[]: unknown group; allowed: " + names;
    }
    request.groups.push_back(group);
  }
  return "";
}

/// Streams a page in the format and encoding that the client asked for.
HttpResponse StreamPage(const HttpRequest& request, std::function<void(Page&)> write,
                        std::shared_ptr<const void> held) {
  const Format format = Negotiate(request.Header("accept"));
  const bool gzip = AcceptsGzip(request.Header("accept-encoding"));
  HttpResponse response;
  response.content_type =
      format == Format::kOpenMetrics ? kOpenMetricsContentType : kTextContentType;
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
  response.stream = [format, gzip, write = std::move(write),
                     held = std::move(held)](const BodySink& sink) {
    if (gzip) {
      const auto compressor = std::make_shared<GzipSink>(sink);
      Page page(format, [compressor](std::string_view piece) { return (*compressor)(piece); });
      write(page);
      page.End();
    } else {
      Page page(format, sink);
      write(page);
      page.End();
    }
  };
  return response;
}

void CountDropped(const ApiContext& context, const Dropped& dropped) {
  context.self.SeriesDropped("boards", dropped.boards);
  context.self.SeriesDropped("fans", dropped.fans);
  context.self.SeriesDropped("sensors", dropped.sensors);
  context.self.SeriesDropped("pools", dropped.pools);
}

/// Counts a running scrape for as long as it is held.
std::shared_ptr<const void> HoldScrape(const ApiContext& context, int most) {
  if (context.scrapes.fetch_add(1) >= most) {
    context.scrapes.fetch_sub(1);
    return nullptr;
  }
  const auto release = [](const ApiContext* held) { held->scrapes.fetch_sub(1); };
  return std::shared_ptr<const ApiContext>(&context, release);
}

}  // namespace

HttpResponse HandleMetrics(const ApiContext& context, const HttpRequest& request) {
  const auto config = context.config();
  ExpositionRequest wanted;
  if (const std::string error = TakeGroups(request.query, wanted); !error.empty()) {
    return ErrorResponse(400, error);
  }
  const auto shard = ShardParameter(request.query);
  if (!shard.error.empty()) return ErrorResponse(400, shard.error);
  wanted.shard = shard.value;
  if (config->metrics.fail_scrape_when_stale) {
    const ReadyState state = context.ready();
    if (!state.polling_ok) return ErrorResponse(503, state.reason);
  }
  auto held = HoldScrape(context, config->web.max_scrapes);
  if (!held) return ErrorResponse(503, "too many scrapes at once (web.max_scrapes)");
  const auto snapshot = context.box.Latest();
  return StreamPage(
      request,
      [&context, snapshot, config, wanted](Page& page) {
        CountDropped(context, WriteFleet(*snapshot, *config, wanted, page));
        context.self.Write(wanted, page);
        WriteProcessMetrics(wanted, page);
      },
      std::move(held));
}

HttpResponse HandleProbe(const ApiContext& context, const HttpRequest& request) {
  const auto target = request.query.Get("target");
  if (!target) return ErrorResponse(400, "target: is required");
  ExpositionRequest wanted;
  if (const std::string error = TakeGroups(request.query, wanted); !error.empty()) {
    return ErrorResponse(400, error);
  }
  auto address = Ipv4::Parse(*target);
  if (!address) {
    const auto known = context.box.Latest()->Find(*target);
    if (!known) return ErrorResponse(403, "target: is neither an address nor a known miner");
    address = known->facts.address;
  }
  auto deadline = kProbeDefault;
  if (const auto text = request.Header("x-prometheus-scrape-timeout-seconds"); !text.empty()) {
    const auto seconds = ParseDouble(text);
    if (!seconds || *seconds <= 0 || *seconds > 3600) {
      return ErrorResponse(400, "X-Prometheus-Scrape-Timeout-Seconds: must be a number above 0");
    }
    const auto given = std::chrono::duration_cast<std::chrono::milliseconds>(Seconds(*seconds));
    // A scrape of less than a second keeps half of its time for the miner.
    deadline =
        std::min<std::chrono::milliseconds>(std::max(given - kProbeMargin, given / 2), kProbeMost);
  }
  const ProbeAnswer answer = context.prober.Probe(*address, deadline);
  if (answer.verdict == ProbeAnswer::Verdict::kForbidden) {
    return ErrorResponse(403, "target: is neither known nor in metrics.probe_ranges");
  }
  if (answer.verdict == ProbeAnswer::Verdict::kBusy || !answer.view) {
    return ErrorResponse(503, "too many probes at once, or the exporter is stopping");
  }
  return StreamPage(
      request,
      [view = answer.view, config = context.config(), wanted](Page& page) {
        (void)WriteMiner(*view, *config, wanted, page);
      },
      nullptr);
}

namespace {

/// ?shards=n: the parts of /metrics as targets, each with its `shard` parameter.
HttpResponse ListShards(std::int64_t count, const ApiContext& context, const HttpRequest& request) {
  const auto config = context.config();
  const std::string host = request.Header("host");
  std::string json = "[";
  for (std::int64_t i = 0; i < count; ++i) {
    if (json.size() > 1) json += ",\n ";
    json += "{\"targets\":[" + JsonQuoted(host) +
            "],\"labels\":{\"__scheme__\":" + JsonQuoted(request.encrypted ? "https" : "http") +
            ",\"__metrics_path__\":" + JsonQuoted(config->web.telemetry_path) +
            ",\"__param_shard\":\"" + std::to_string(i) + '/' + std::to_string(count) + "\"}}";
  }
  return JsonResponse(json + "]\n");
}

}  // namespace

HttpResponse HandleServiceDiscovery(const ApiContext& context, const HttpRequest& request) {
  const auto shards = IntParameter(request.query, "shards", 1, 1000);
  if (!shards.error.empty()) return ErrorResponse(400, shards.error);
  if (shards.value) return ListShards(*shards.value, context, request);
  const auto snapshot = context.box.Latest();
  std::string json = "[";
  for (const auto& miner : snapshot->miners) {
    const auto label = [](const char* name, std::string_view value) {
      return ",\"__meta_antminer_" + std::string(name) + "\":" + JsonQuoted(value);
    };
    if (json.size() > 1) json += ",\n ";
    json += "{\"targets\":[" + JsonQuoted(miner->facts.address.ToString()) +
            "],\"labels\":{\"__meta_antminer_id\":" + JsonQuoted(miner->facts.id) +
            label("model", miner->identity.model) + label("firmware", miner->identity.firmware) +
            label("algorithm", miner->identity.algorithm) +
            label("name", miner->facts.labels.name) + label("site", miner->facts.labels.site) +
            label("rack", miner->facts.labels.rack) +
            label("state", miner->polled ? MinerStateName(miner->state) : "unknown") + "}}";
  }
  return JsonResponse(json + "]\n");
}

}  // namespace antx
