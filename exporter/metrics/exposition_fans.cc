#include "metrics/exposition_fans.h"

#include <algorithm>
#include <optional>

#include "metrics/capped.h"

namespace antx::fan_families {
namespace {

/// Returns how many fans the limit leaves out.
template <class Visit>
std::uint64_t EachFan(const MinerPage& at, Visit visit) {
  if (!at.miner.reading) return 0;
  return EachCapped(
      at.miner.reading->fans, at.limits.max_fans, [](const FanReading& /*fan*/) { return true; },
      [](const FanReading& fan) { return fan.fan; }, visit);
}

/// Slowest and fastest fan; where the model has none, what is in their place is no fan.
struct Speeds {
  double slowest = 0;
  double fastest = 0;
};

std::optional<Speeds> SpeedsOf(const MinerPage& at) {
  if (!at.miner.reading || at.miner.reading->fans_expected == 0) return std::nullopt;
  std::optional<Speeds> speeds;
  // What is left out counts as dropped with the fans themselves; here and below.
  (void)EachFan(at, [&](const FanReading& fan) {
    const double rpm = fan.rpm;
    if (!speeds) speeds = Speeds{rpm, rpm};
    speeds->slowest = std::min(speeds->slowest, rpm);
    speeds->fastest = std::max(speeds->fastest, rpm);
  });
  return speeds;
}

}  // namespace

void Each(const MinerPage& at) {
  at.dropped.fans += EachFan(at, [&](const FanReading& fan) {
    const NumberLabel slot(fan.fan);
    at.page.Sample({at.Miner(), {"fan", slot}}, fan.rpm);
  });
}

void Count(const MinerPage& at) {
  int fans = 0;
  (void)EachFan(at, [&](const FanReading&) { ++fans; });
  if (fans > 0) at.Put(fans);  // No fan in the reply: unknown, not zero.
}

void Slowest(const MinerPage& at) {
  if (const auto speeds = SpeedsOf(at)) at.Put(speeds->slowest);
}

void Fastest(const MinerPage& at) {
  if (const auto speeds = SpeedsOf(at)) at.Put(speeds->fastest);
}

}  // namespace antx::fan_families
