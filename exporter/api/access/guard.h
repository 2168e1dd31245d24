// Who may call what: the one place that decides it, for every listener.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/access/access_files.h"
#include "api/access/passwords.h"
#include "api/access/scope.h"
#include "api/context.h"
#include "api/http_types.h"

namespace antx {

/// What a route asks of its caller.
struct Needed {
  Scope scope = Scope::kRead;
  bool credential = false;  ///< Loopback alone does not do: commands to miners.
  bool write = false;       ///< Not GET or HEAD: `Host` and `Origin` are checked too.
};

/// Thread safe.
class Guard {
 public:
  /// Both outlive the guard. `files` are open.
  Guard(const ApiContext& context, AccessFiles& files) : context_(context), files_(files) {}

  /// The answer to a caller who may not go on, or nothing; then `request.caller` says who it is.
  ///
  /// Reading is open unless there are users or a tokens file. Changing the exporter is open to
  /// loopback unless there are users, a tokens file or web.auth_token. Everything else needs a
  /// bearer token of the scope, a user, or (to read) a verified client certificate; where there
  /// are users, a certificate alone does not do.
  [[nodiscard]] std::optional<HttpResponse> Refuse(HttpRequest& request, const Needed& needed);

  /// Headers of --web.config.file for every answer.
  [[nodiscard]] std::shared_ptr<const AccessRules> Rules() const;

 private:
  struct Identity {
    Scope scope = Scope::kNone;
    std::string caller;
    bool given = false;                   ///< A credential was shown.
    std::optional<HttpResponse> refusal;  ///< Why it is not accepted.
  };
  [[nodiscard]] bool OverLimit(const AccessRules& rules);
  [[nodiscard]] Identity Identify(const HttpRequest& request, const AccessRules& rules,
                                  const Config& config);
  [[nodiscard]] Identity ByToken(const HttpRequest& request, std::string_view token,
                                 const AccessRules& rules, const Config& config);
  [[nodiscard]] Identity ByPassword(std::string_view encoded, const AccessRules& rules,
                                    const Config& config);

  const ApiContext& context_;
  AccessFiles& files_;
  PasswordChecker passwords_;
  std::mutex bucket_mutex_;
  double bucket_ = 0;  ///< Requests that may come at once now.
  std::optional<SteadyTime> bucket_filled_;
};

}  // namespace antx
