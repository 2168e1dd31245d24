#include "app/poll_prober.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <utility>

namespace antx {
namespace {

bool InRanges(const std::vector<AddressRange>& ranges, Ipv4 address) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [address](const AddressRange& range) { return range.Contains(address); });
}

}  // namespace

/// Shared by the waiting thread and the net thread: whoever is late finds it alive.
struct PollProber::Call {
  std::promise<ProbeAnswer> promise;
};

PollProber::PollProber(boost::asio::any_io_executor net, Poller& poller, Tracker& tracker,
                       const SnapshotBox& box, ConfigSource config)
    : net_(std::move(net)),
      poller_(poller),
      tracker_(tracker),
      box_(box),
      config_(std::move(config)) {}

ProbeAnswer PollProber::Probe(Ipv4 target, std::chrono::milliseconds deadline) {
  const auto known = box_.Latest()->Find(target.ToString());
  if (!known && !InRanges(config_()->metrics.probe_ranges, target)) {
    return {ProbeAnswer::Verdict::kForbidden, nullptr};
  }
  auto call = std::make_shared<Call>();
  auto answer = call->promise.get_future();
  boost::asio::post(net_, [this, target, deadline, call] { Start(target, deadline, call); });
  if (answer.wait_for(deadline) == std::future_status::ready) return answer.get();
  // The poll it joined takes longer than the caller may wait: the last picture is all there is.
  if (known) return {ProbeAnswer::Verdict::kAnswered, box_.Latest()->Find(target.ToString())};
  return {ProbeAnswer::Verdict::kBusy, nullptr};
}

void PollProber::Start(Ipv4 target, std::chrono::milliseconds deadline,
                       const std::shared_ptr<Call>& call) {
  if (poller_.Knows(target)) {
    poller_.PollNow(target, [this, target, call](const PollOutcome&) {
      call->promise.set_value({ProbeAnswer::Verdict::kAnswered, tracker_.ViewOf(target)});
    });
    return;
  }
  const bool asked =
      poller_.PollStranger(target, deadline, [this, call](const PollOutcome& outcome) {
        call->promise.set_value(
            {ProbeAnswer::Verdict::kAnswered, tracker_.ViewOfStranger(outcome)});
      });
  if (!asked) call->promise.set_value({ProbeAnswer::Verdict::kBusy, nullptr});
}

}  // namespace antx
