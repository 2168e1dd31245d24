#include "metrics/exposition_pools.h"

#include <algorithm>

#include "metrics/capped.h"

namespace antx::pool_families {
namespace {

/// The user's own pools; fee pools of the firmware are nobody's concern here. Returns how many the
/// limit leaves out.
template <class Visit>
std::uint64_t OwnPools(const MinerPage& at, Visit visit) {
  if (!at.miner.reading) return 0;
  return EachCapped(
      at.miner.reading->pools, at.limits.max_pools,
      [](const PoolReading& pool) { return !pool.dev_fee; },
      [](const PoolReading& pool) { return pool.pool; }, visit);
}

/// For families with a series a pool: those left out count as dropped.
template <class Visit>
void EachPool(const MinerPage& at, Visit visit) {
  at.dropped.pools += OwnPools(at, [&](const PoolReading& pool) {
    const NumberLabel index(pool.pool);
    visit(pool, index);
  });
}

template <std::optional<double> PoolReading::*member>
void FromPools(const MinerPage& at) {
  EachPool(at, [&](const PoolReading& pool, std::string_view index) {
    if (pool.*member) at.page.Sample({at.Miner(), {"pool", index}}, *(pool.*member));
  });
}

/// A pool that the user switched off is not down; one that is all the miner has leaves it without.
bool SwitchedOff(const Reading& reading, const PoolReading& pool) {
  return pool.status == PoolStatus::kDisabled &&
         std::any_of(reading.pools.begin(), reading.pools.end(), [](const PoolReading& other) {
           return !other.dev_fee && other.status != PoolStatus::kDisabled;
         });
}

/// Whether its being up or down means something.
bool Judged(const Reading& reading, const PoolReading& pool) {
  return pool.status != PoolStatus::kUnknown && !SwitchedOff(reading, pool);
}

}  // namespace

void Up(const MinerPage& at) {
  EachPool(at, [&](const PoolReading& pool, std::string_view index) {
    if (!Judged(*at.miner.reading, pool)) return;
    at.page.Sample({at.Miner(), {"pool", index}}, pool.status == PoolStatus::kAlive ? 1 : 0);
  });
}

void Active(const MinerPage& at) {
  EachPool(at, [&](const PoolReading& pool, std::string_view index) {
    at.page.Sample({at.Miner(), {"pool", index}}, pool.active ? 1 : 0);
  });
}

void Priority(const MinerPage& at) {
  EachPool(at, [&](const PoolReading& pool, std::string_view index) {
    if (pool.priority) at.page.Sample({at.Miner(), {"pool", index}}, *pool.priority);
  });
}

void ActiveRank(const MinerPage& at) {
  EachPool(at, [&](const PoolReading& active, std::string_view index) {
    if (!active.active || !active.priority) return;
    int rank = 0;
    (void)OwnPools(at, [&](const PoolReading& pool) {
      const bool in_use = !pool.host.empty() && !SwitchedOff(*at.miner.reading, pool);
      if (in_use && pool.priority && *pool.priority < *active.priority) ++rank;
    });
    at.page.Sample({at.Miner(), {"pool", index}}, rank);
  });
}

void CountUp(const MinerPage& at) {
  int judged = 0;
  int up = 0;
  (void)OwnPools(at, [&](const PoolReading& pool) {
    if (!Judged(*at.miner.reading, pool)) return;
    ++judged;
    if (pool.status == PoolStatus::kAlive) ++up;
  });
  if (judged > 0) at.Put(up);
}

void Facts(const MinerPage& at) {
  EachPool(at, [&](const PoolReading& pool, std::string_view index) {
    at.page.Sample({at.Miner(), {"pool", index}, {"host", pool.host}, {"protocol", pool.protocol}},
                   1);
  });
}

void Workers(const MinerPage& at) {
  if (!at.limits.pool_workers) return;
  EachPool(at, [&](const PoolReading& pool, std::string_view index) {
    at.page.Sample({at.Miner(), {"pool", index}, {"worker", pool.user}}, 1);
  });
}

void LastShare(const MinerPage& at) {
  EachPool(at, [&](const PoolReading& pool, std::string_view index) {
    if (!pool.last_share) return;
    at.page.Sample({at.Miner(), {"pool", index}}, UnixSeconds(*pool.last_share));
  });
}

void Accepted(const MinerPage& at) { FromPools<&PoolReading::accepted>(at); }
void Rejected(const MinerPage& at) { FromPools<&PoolReading::rejected>(at); }
void Stale(const MinerPage& at) { FromPools<&PoolReading::stale>(at); }
void DifficultyAccepted(const MinerPage& at) { FromPools<&PoolReading::difficulty_accepted>(at); }
void ShareDifficulty(const MinerPage& at) { FromPools<&PoolReading::share_difficulty>(at); }
void Failures(const MinerPage& at) { FromPools<&PoolReading::failures>(at); }

void Unexpected(const MinerPage& at) {
  if (at.miner.pool_verdict) at.Put(at.miner.pool_verdict->unexpected ? 1 : 0);
}

void UnexpectedInfo(const MinerPage& at) {
  const auto& verdict = at.miner.pool_verdict;
  if (!verdict || !verdict->unexpected) return;
  at.page.Sample({at.Miner(), {"target", verdict->target}, {"before", verdict->before}}, 1);
}

}  // namespace antx::pool_families
