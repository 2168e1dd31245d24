// From a request to its answer: access, routing, parameters, handler, headers. Every listener
// hands its requests to this one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/access/guard.h"
#include "api/context.h"
#include "api/router.h"
#include "util/clock.h"

namespace antx {

/// What a listener answers. With a listener of its own for writes, the other one only reads.
enum class ListenerRole { kEverything, kReads, kWrites };

/// Thread safe.
class Dispatcher {
 public:
  struct Answered {
    HttpResponse response;  ///< Complete: as it is to be sent.
    std::string_view handler;
    SteadyTime begin;
  };

  /// `context` and `files` outlive the dispatcher.
  Dispatcher(const ApiContext& context, AccessFiles& files, std::string telemetry_path);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// Never throws for what a handler throws.
  [[nodiscard]] Answered Answer(HttpRequest& request, ListenerRole role);
  /// Counts an answer that has been sent.
  void Sent(const Answered& answered) const;
  /// The answer to what is no request that can be read: too large, malformed, too slow.
  [[nodiscard]] HttpResponse Unreadable(int status, std::string_view error) const;

  /// Users, tokens and TLS as the files say now.
  [[nodiscard]] std::shared_ptr<const AccessRules> Rules() const { return guard_.Rules(); }
  [[nodiscard]] const ApiContext& context() const { return context_; }

 private:
  [[nodiscard]] HttpResponse Respond(HttpRequest& request, ListenerRole role,
                                     std::string_view& handler);
  [[nodiscard]] HttpResponse Handle(const Route& route, HttpRequest& request) const;
  [[nodiscard]] std::string ReadParameters(const Route& route, int max_limit,
                                           HttpRequest& request) const;
  void AddCommonHeaders(std::string_view path, HttpResponse& response) const;

  const ApiContext& context_;
  const std::string telemetry_path_;
  const std::vector<Route> routes_;
  Guard guard_;
};

}  // namespace antx
