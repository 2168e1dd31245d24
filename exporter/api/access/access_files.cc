#include "api/access/access_files.h"

#include <sys/stat.h>

namespace antx {

FileStamp FileStamp::Of(const std::string& path) {
  struct stat info {};
  if (path.empty() || stat(path.c_str(), &info) != 0) return {};
  return {true, std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
          info.st_size, info.st_ino};
}

bool AccessFiles::Changed(const std::string& path, Seen& seen) {
  Seen now{path, FileStamp::Of(path)};
  if (now == seen) return false;
  seen = std::move(now);
  return true;
}

void AccessFiles::Tell(const std::string& path, const std::vector<std::string>& faults) {
  if (faults.empty()) return log_.Info("http", path + " read again");
  for (const std::string& fault : faults) log_.Error("http", fault);
  log_.Error("http", path + " is not taken over; what it said before stays in force");
}

std::vector<std::string> AccessFiles::Open(const std::string& tokens_file) {
  const std::lock_guard lock(mutex_);
  auto rules = std::make_shared<AccessRules>();
  std::vector<std::string> faults;
  (void)Changed(web_file_, web_seen_);
  (void)Changed(tokens_file, tokens_seen_);
  rules->web = ReadWebFile(web_file_, faults);
  rules->tokens = ReadTokens(tokens_file, faults);
  if (faults.empty()) rules_ = std::move(rules);
  return faults;
}

std::shared_ptr<const AccessRules> AccessFiles::Current(const std::string& tokens_file) {
  const std::lock_guard lock(mutex_);
  if (Changed(web_file_, web_seen_)) {
    std::vector<std::string> faults;
    WebFile web = ReadWebFile(web_file_, faults);
    // The kind of the listener is settled at its start.
    if (faults.empty() && web.tls.has_value() != rules_->web.tls.has_value()) {
      faults.push_back(web_file_ + ": TLS goes on or off at the next start only");
    }
    if (faults.empty()) {
      rules_ = std::make_shared<const AccessRules>(AccessRules{std::move(web), rules_->tokens});
    }
    Tell(web_file_, faults);
  }
  const bool another_file = tokens_seen_.path != tokens_file;
  if (Changed(tokens_file, tokens_seen_)) {
    std::vector<std::string> faults;
    auto tokens = ReadTokens(tokens_file, faults);
    if (faults.empty() || another_file) {
      rules_ = std::make_shared<const AccessRules>(AccessRules{
          rules_->web, faults.empty() ? std::move(tokens) : std::vector<TokenRecord>()});
    }
    if (!tokens_file.empty()) Tell(tokens_file, faults);
  }
  return rules_;
}

}  // namespace antx
