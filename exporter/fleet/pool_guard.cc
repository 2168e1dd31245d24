#include "fleet/pool_guard.h"

#include <algorithm>

#include "model/pool_target.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::size_t kLongestHost = 80;

/// Work for the firmware's maker that nobody could have set up by hand.
bool IsFee(const PoolReading& pool) { return pool.dev_fee && !pool.fee_by_name; }

bool HostAllowed(const PoolsConfig& lists, const std::string& host) {
  const auto target = ParsePoolTarget(host);
  return target &&
         std::any_of(lists.allowed_hosts.begin(), lists.allowed_hosts.end(),
                     [&](const std::string& entry) { return PoolHostMatches(entry, *target); });
}

bool AccountAllowed(const PoolsConfig& lists, const std::string& user) {
  return std::any_of(lists.allowed_accounts.begin(), lists.allowed_accounts.end(),
                     [&](const std::string& entry) { return PoolAccountMatches(entry, user); });
}

/// The pools of a reading that count. Null: there is none.
struct Judged {
  const PoolReading* first = nullptr;      ///< The first choice.
  const PoolReading* elsewhere = nullptr;  ///< Gives work, and is not on the list.
  const PoolReading* allowed = nullptr;    ///< Gives work, and is on the list.
};

Judged Judge(const Reading& reading, const PoolsConfig& lists) {
  Judged judged;
  int best = 0;
  int position = 0;
  for (const PoolReading& pool : reading.pools) {
    const int rank = pool.priority.value_or(position++);
    if (IsFee(pool) || pool.host.empty()) continue;
    if (pool.status != PoolStatus::kDisabled && (judged.first == nullptr || rank < best)) {
      judged.first = &pool;
      best = rank;
    }
    if (!pool.active) continue;
    const auto allowed = PoolAllowed(lists, pool);
    if (allowed) (*allowed ? judged.allowed : judged.elsewhere) = &pool;
  }
  return judged;
}

}  // namespace

std::optional<bool> PoolAllowed(const PoolsConfig& lists, const PoolReading& pool) {
  if (pool.host.empty()) return std::nullopt;
  const bool hosts = !lists.allowed_hosts.empty();
  // An account that is not told is not known to be wrong.
  const bool accounts = !lists.allowed_accounts.empty() && !pool.user.empty();
  if (!hosts && !accounts) return std::nullopt;
  if (hosts && (pool.odd_url || !HostAllowed(lists, pool.host))) return false;
  return !accounts || AccountAllowed(lists, pool.user);
}

std::string PoolTargetText(const PoolReading& pool) {
  std::string text = EscapeControl(ToValidUtf8(CutUtf8(pool.host, kLongestHost)));
  if (pool.odd_url) text = "an address that can be read in two ways, " + text;
  if (!pool.user.empty()) text += " (" + MaskedPoolUser(pool.user) + ')';
  return text;
}

std::optional<std::string> PoolGuard::Fold(const Reading& reading, const PoolsConfig& lists) {
  // The pools were not told this time: nothing is known anew.
  if (reading.pools.empty()) return std::nullopt;
  const Judged judged = Judge(reading, lists);
  const std::string suspect = judged.elsewhere == nullptr ? "" : PoolTargetText(*judged.elsewhere);
  const bool twice = !suspect.empty() && suspect == suspect_;
  suspect_ = suspect;
  const auto first = judged.first == nullptr ? std::nullopt : PoolAllowed(lists, *judged.first);
  if (twice) return Elsewhere(*judged.elsewhere, lists);
  if (first && !*first) return Elsewhere(*judged.first, lists);
  if (!suspect.empty()) {  // The next poll decides.
    if (!verdict_) verdict_ = PoolVerdict{};
    return std::nullopt;
  }
  if (judged.allowed != nullptr) return Allowed(*judged.allowed);
  if (first) return Allowed(*judged.first);
  verdict_.reset();
  return std::nullopt;
}

std::optional<std::string> PoolGuard::Elsewhere(const PoolReading& pool, const PoolsConfig& lists) {
  const bool was_elsewhere = verdict_ && verdict_->unexpected;
  const std::string was = was_elsewhere ? verdict_->target : "";
  verdict_ = PoolVerdict{true, PoolTargetText(pool), Before(lists)};
  if (verdict_->target == was) return std::nullopt;
  std::string before = was_elsewhere ? was : verdict_->before;
  if (before.empty()) before = "not known";
  return (pool.active ? "works for " : "is set to work for ") + verdict_->target +
         ", which is not on the list of allowed pools; before: " + before;
}

std::optional<std::string> PoolGuard::Allowed(const PoolReading& pool) {
  const bool was_elsewhere = verdict_ && verdict_->unexpected;
  const std::string was = was_elsewhere ? verdict_->target : "";
  last_allowed_ = PoolTargetText(pool);
  verdict_ = PoolVerdict{false, last_allowed_, ""};
  if (!was_elsewhere) return std::nullopt;
  return "is back at an allowed pool: " + last_allowed_ + "; before: " + was;
}

std::string PoolGuard::Before(const PoolsConfig& lists) const {
  if (!last_allowed_.empty()) return last_allowed_;
  return HostAllowed(lists, restored_host_) ? restored_host_ : "";
}

}  // namespace antx
