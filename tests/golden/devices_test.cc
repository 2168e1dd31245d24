// The whole way from the recorded bytes of a device to the page of a scrape, compared
// with a page in this repository. UPDATE_GOLDEN=1 writes the pages anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fleet/tracker.h"
#include "integration/harness.h"
#include "metrics/exposition.h"
#include "unit/antminer/recorded_devices.h"

namespace antx {
namespace {

class FixedClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override {
    return SystemTime(std::chrono::seconds(1'700'000'000));
  }
  [[nodiscard]] SteadyTime Steady() const override { return SteadyTime(std::chrono::hours(1)); }
};

/// The page that a scrape shows after one poll with these replies.
std::string PageOf(const std::vector<RawReply>& replies) {
  const FixedClock clock;
  SnapshotBox box;
  Tracker tracker(std::make_shared<const Config>(), clock, box, [](const Event&) {});
  MinerFacts facts;
  facts.address = *Ipv4::Parse("192.0.2.1");
  facts.id = "192.0.2.1";
  tracker.Upsert(facts);

  DecodeContext context;
  context.received = clock.Now();
  Decoded decoded = Decode(replies, context);
  PollOutcome outcome;
  outcome.address = facts.address;
  outcome.started = clock.Now();
  outcome.finished = clock.Steady();
  outcome.identity = decoded.identity;
  outcome.connected = true;
  if (decoded.reading) outcome.reading = std::make_shared<const Reading>(*decoded.reading);
  tracker.Fold(outcome);
  tracker.Tick();

  std::string page;
  Page writer(Format::kText, [&page](std::string_view piece) {
    page.append(piece);
    return true;
  });
  (void)WriteFleet(*box.Latest(), Config(), {}, writer);
  writer.End();
  return page;
}

class GoldenDeviceTest : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenDeviceTest, ShowsWhatTheMinerSaid) {
  if (GetParam() == "none") {
    GTEST_SKIP() << "no recorded replies in " << RecordingsFolder()
                 << "; set ANTMINER_RECORDINGS to the folder that holds them";
  }
  const auto replies = RecordedReplies(GetParam());
  if (replies.empty()) {
    GTEST_SKIP() << GetParam() << " holds replies of the web side only, nothing of port 4028";
  }
  const auto path = std::filesystem::path(ANTX_GOLDEN_DEVICES) / (DeviceName(GetParam()) + ".txt");
  const std::string page = PageOf(replies);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << page;
  EXPECT_EQ(page, ReadWholeFile(path)) << "look at the difference, then run with UPDATE_GOLDEN=1";

  const auto promtool = testing::InstalledProgram("promtool");
  if (!promtool) GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
  const auto checked =
      testing::Run({"/bin/sh", "-c", *promtool + " check metrics < '" + path.string() + "'"});
  EXPECT_EQ(checked.code, 0) << checked.output;
}

std::string TestName(const ::testing::TestParamInfo<std::string>& device) {
  return DeviceName(device.param);
}

INSTANTIATE_TEST_SUITE_P(Devices, GoldenDeviceTest, ::testing::ValuesIn(RecordedDevices()),
                         TestName);

}  // namespace
}  // namespace antx
