// News as server-sent events. Each client holds a thread of the server while it listens, so only
// some of the threads are for them.
#include <algorithm>

#include "api/json_writer.h"
#include "api/routes.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr auto kHeartbeat = std::chrono::seconds(15);

std::string_view KindOf(const FeedItem& item) {
  if (!item.event) return "round";
  return item.event->kind == EventKind::kStateChange ? "state" : "event";
}

std::string Data(const FeedItem& item, const Snapshot& snapshot) {
  JsonWriter json;
  json.BeginObject().Field("time", item.event ? item.event->time : item.time);
  if (!item.event) {
    json.Field("sequence", item.sequence);
    return json.EndObject().Take();
  }
  const Event& event = *item.event;
  json.Field("kind", EventKindName(event.kind)).Field("level", LogLevelName(event.level));
  const auto miner = event.miner_id.empty() ? nullptr : snapshot.Find(event.miner_id);
  json.Key("miner");
  event.miner_id.empty() ? json.Value(nullptr) : json.Value(event.miner_id);
  json.Key("miner_ip");
  miner ? json.Value(miner->facts.address.ToString()) : json.Value(nullptr);
  return json.Field("message", event.message).EndObject().Take();
}

/// One message. Data ends with its own line end; a blank line ends the message.
std::string Message(const FeedItem& item, const Snapshot& snapshot) {
  return "id: " + std::to_string(item.id) + "\nevent: " + std::string(KindOf(item)) +
         "\ndata: " + Data(item, snapshot) + "\n";
}

void Serve(const SnapshotBox& box, const EventFeed& feed, std::uint64_t last,
           const BodySink& sink) {
  // The first bytes tell the client that it is connected.
  if (!sink("retry: 5000\n: connected\n\n")) return;
  for (;;) {
    const FeedNews news = feed.After(last, kHeartbeat);
    if (news.closed) return;
    std::string text;
    if (news.lost) text += "event: lost\ndata: {}\n\n";
    if (news.items.empty()) text += ": nothing new\n\n";
    const auto snapshot = box.Latest();
    for (const FeedItem& item : news.items) {
      text += Message(item, *snapshot);
      last = item.id;
    }
    if (!sink(text)) return;
  }
}

/// Counts a client for as long as it is held.
std::shared_ptr<const void> HoldStream(const ApiContext& context, int most) {
  if (context.streams.fetch_add(1) >= most) {
    context.streams.fetch_sub(1);
    return nullptr;
  }
  const auto release = [](const ApiContext* held) { held->streams.fetch_sub(1); };
  return std::shared_ptr<const ApiContext>(&context, release);
}

}  // namespace

HttpResponse HandleStream(const ApiContext& context, const HttpRequest& request) {
  if (!context.feed) return ErrorResponse(503, "there is no news to stream");
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("X-Accel-Buffering", "no");
  if (request.method == "HEAD") return response;
  const auto config = context.config();
  auto held = HoldStream(context, std::min(config->web.max_streams, config->web.threads / 2));
  if (!held) {
    response =
        ErrorResponse(503, "too many clients at once (web.max_streams, half of web.threads)");
    response.headers.emplace_back("Retry-After", "15");
    return response;
  }
  const auto seen = ParseInt(request.Header("last-event-id"));
  const std::uint64_t last =
      seen && *seen >= 0 ? static_cast<std::uint64_t>(*seen) : context.feed->Newest();
  response.stream = [&box = context.box, feed = context.feed, last, held = std::move(held)](
                        const BodySink& sink) { Serve(box, *feed, last, sink); };
  return response;
}

}  // namespace antx
