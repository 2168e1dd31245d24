// The sender against a real receiver; time moves only when the test says so.
#include "push/sender.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <map>

#include "unit/net/http_stub.h"

namespace antx {
namespace {

using testing::HttpStub;
using testing::Status;
using testing::StubReply;
using testing::StubRequest;
using Strings = std::vector<std::string>;

/// Real time, plus what the test adds: pauses end when the test wants.
class ShiftedClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override { return std::chrono::system_clock::now(); }
  [[nodiscard]] SteadyTime Steady() const override {
    return std::chrono::steady_clock::now() + std::chrono::seconds(shift_.load());
  }
  void Advance(int by_seconds) { shift_ += by_seconds; }

 private:
  std::atomic<int> shift_{0};
};

bool WaitFor(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

/// Answers by a script, then with 200; remembers the addresses of records it took.
class Receiver {
 public:
  explicit Receiver(std::deque<StubReply> script = {})
      : script_(std::move(script)), stub_([this](const StubRequest& request) {
          const std::lock_guard lock(mutex_);
          if (!script_.empty()) {
            StubReply reply = script_.front();
            script_.pop_front();
            return reply;
          }
          const auto body = boost::json::parse(request.body);
          for (const auto& record : body.at("results").as_array()) {
            taken_.emplace_back(record.at("ip").as_string());
          }
          batches_.push_back(body.at("results").as_array().size());
          return Status("200 OK");
        }) {}
  [[nodiscard]] Strings Taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  [[nodiscard]] std::vector<std::size_t> Batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  [[nodiscard]] const HttpStub& stub() const { return stub_; }

 private:
  mutable std::mutex mutex_;
  std::deque<StubReply> script_;
  Strings taken_;
  std::vector<std::size_t> batches_;
  HttpStub stub_;
};

class SenderTest : public ::testing::Test {
 protected:
  SenderTest() {
    std::string name = (std::filesystem::temp_directory_path() / "antx-send-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    config_.storage.path = folder_ + "/metrics.db";
    config_.push.api_key = "top-secret";
  }
  ~SenderTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::shared_ptr<const Config> Settings() const {
    return std::make_shared<const Config>(config_);
  }
  void Start() {
    PushHooks hooks;
    hooks.sent = [this](std::size_t count, SystemTime) { sent_ += count; };
    hooks.failed = [this](std::string_view reason) { Count(std::string(reason), 1); };
    hooks.dropped = [this](std::string_view reason, std::size_t count) {
      Count(std::string(reason), count);
    };
    hooks.queue = [this](std::size_t waiting, std::optional<SystemTime> oldest) {
      waiting_ = waiting;
      oldest_known_ = oldest.has_value();
    };
    sender_.emplace(PushSender::Parts{box_, clock_, log_, std::move(hooks), [] { return 1.0; }},
                    Settings());
  }
  void Count(const std::string& what, std::size_t by) {
    const std::lock_guard lock(mutex_);
    counts_[what] += by;
  }
  [[nodiscard]] std::size_t CountOf(const std::string& what) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(what);
    return found == counts_.end() ? 0 : found->second;
  }
  /// A round in which these addresses were polled; the others are as before.
  void Poll(const Strings& addresses) {
    auto next = std::make_shared<Snapshot>();
    next->taken = clock_.Now();
    next->sequence = ++sequence_;
    for (const std::string& address : addresses) ++polls_[address];
    for (const auto& [address, polls] : polls_) {
      auto miner = std::make_shared<MinerView>();
      miner->facts.address = *Ipv4::Parse(address);
      miner->polled = polls > 0;
      miner->counters.polls = polls;
      next->miners.push_back(std::move(miner));
    }
    box_.Publish(std::move(next));
  }
  void Reload() { sender_->Configure(Settings()); }

  std::string folder_;
  Config config_;
  SnapshotBox box_;
  ShiftedClock clock_;
  Logger log_{LogLevel::kDebug, LogFormat::kText};
  const HttpRuntime runtime_;
  std::uint64_t sequence_ = 0;
  std::map<std::string, std::uint64_t> polls_;
  std::atomic<std::size_t> sent_{0};
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> oldest_known_{false};
  mutable std::mutex mutex_;  // Of counts_.
  std::map<std::string, std::size_t> counts_;
  std::optional<PushSender> sender_;
};

TEST_F(SenderTest, SendsOneRecordPerPoll) {
  const Receiver receiver;
  config_.push.url = receiver.stub().Url("/in");
  polls_["127.0.0.3"] = 0;  // Known, never polled.
  Poll({"127.0.0.1", "127.0.0.2"});
  Start();
  ASSERT_TRUE(WaitFor([&] { return sent_ == 2; }));
  Poll({"127.0.0.2"});
  ASSERT_TRUE(WaitFor([&] { return sent_ == 3; }));
  EXPECT_EQ(receiver.Taken(), (Strings{"127.0.0.1", "127.0.0.2", "127.0.0.2"}));
  EXPECT_EQ(receiver.Batches(), (std::vector<std::size_t>{1, 1, 1}));
  const StubRequest request = receiver.stub().Requests().at(0);
  EXPECT_EQ(request.Line(), "POST /in HTTP/1.1");
  EXPECT_NE(request.head.find("Authorization: Bearer top-secret\r\n"), std::string::npos);
  EXPECT_NE(request.head.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_TRUE(WaitFor([&] { return waiting_ == 0 && !oldest_known_; }));
}

TEST_F(SenderTest, BasicTakesBothForms) {
  const Receiver receiver;
  config_.push.url = receiver.stub().Url();
  config_.push.auth_scheme = "basic";
  config_.push.api_key = "user:pass";
  Poll({"127.0.0.1"});
  Start();
  ASSERT_TRUE(WaitFor([&] { return sent_ == 1; }));
  config_.push.api_key = "dXNlcjpwYXNz";
  Reload();
  Poll({"127.0.0.1"});
  ASSERT_TRUE(WaitFor([&] { return sent_ == 2; }));
  for (const StubRequest& request : receiver.stub().Requests()) {
    EXPECT_NE(request.head.find("Authorization: Basic dXNlcjpwYXNz\r\n"), std::string::npos);
  }
}

TEST_F(SenderTest, KeepsTheRecordsOfAFailureAndTheirOrder) {
  const Receiver receiver({Status("503 Busy"), Status("500 Broken"), Status("408 Late")});
  config_.push.url = receiver.stub().Url();
  config_.push.batch_size = 10;
  Poll({"127.0.0.1"});
  Start();
  ASSERT_TRUE(WaitFor([&] { return CountOf("http_5xx") == 1; }));
  Poll({"127.0.0.2"});
  ASSERT_TRUE(WaitFor([&] { return waiting_ == 2; })) << "polls go on";
  clock_.Advance(3600);
  Poll({"127.0.0.3"});
  EXPECT_TRUE(oldest_known_);
  ASSERT_TRUE(WaitFor([&] {
    clock_.Advance(60);
    return sent_ == 3;
  }));
  EXPECT_EQ(CountOf("http_5xx"), 2U);
  EXPECT_EQ(CountOf("http_408"), 1U);
  EXPECT_EQ(receiver.Taken(), (Strings{"127.0.0.1", "127.0.0.2", "127.0.0.3"}));
}

TEST_F(SenderTest, WaitsAsLongAsTheReceiverAsks) {
  const Receiver receiver({Status("429 Slow down", "Retry-After: 200\r\n")});
  config_.push.url = receiver.stub().Url();
  Poll({"127.0.0.1"});
  Start();
  ASSERT_TRUE(WaitFor([&] { return CountOf("http_429") == 1; }));
  clock_.Advance(100);  // Longer than every pause of our own.
  Poll({"127.0.0.2"});
  ASSERT_TRUE(WaitFor([&] { return waiting_ == 2; })) << "a round went by";
  EXPECT_EQ(receiver.stub().Requests().size(), 1U);
  clock_.Advance(101);
  ASSERT_TRUE(WaitFor([&] { return sent_ == 2; }));
}

TEST_F(SenderTest, DropsWhatIsRefusedAndGoesOn) {
  const Receiver receiver({Status("400 Bad Request"), Status("401 Unauthorized")});
  config_.push.url = receiver.stub().Url();
  Poll({"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  Start();
  ASSERT_TRUE(WaitFor([&] { return sent_ == 1; }));
  EXPECT_EQ(CountOf("rejected"), 2U);
  EXPECT_EQ(CountOf("http_4xx"), 2U);
  EXPECT_EQ(receiver.Taken(), Strings{"127.0.0.3"});
}

TEST_F(SenderTest, DropsTheOldestAboveTheBound) {
  const Receiver receiver({Status("503 Busy")});
  config_.push.url = receiver.stub().Url();
  config_.push.queue_max_records = 2;
  Poll({"127.0.0.1"});
  Start();
  ASSERT_TRUE(WaitFor([&] { return CountOf("http_5xx") == 1; }));
  Poll({"127.0.0.2", "127.0.0.3"});
  ASSERT_TRUE(WaitFor([&] { return CountOf("queue_full") == 1; }));
  clock_.Advance(60);
  ASSERT_TRUE(WaitFor([&] { return sent_ == 2; }));
  EXPECT_EQ(receiver.Taken(), (Strings{"127.0.0.2", "127.0.0.3"}));
}

TEST_F(SenderTest, CollectsWhileTheReceiverHangs) {
  const Receiver receiver({StubReply{"", StubReply::Then::kHold}});
  config_.push.url = receiver.stub().Url();
  config_.push.timeout_seconds = 250;
  Poll({"127.0.0.1"});
  Start();
  ASSERT_TRUE(WaitFor([&] { return receiver.stub().Requests().size() == 1; }));
  Poll({"127.0.0.1"});
  ASSERT_TRUE(WaitFor([&] { return waiting_ == 2; }));
  Poll({"127.0.0.1"});
  ASSERT_TRUE(WaitFor([&] { return waiting_ == 3; }));
}

TEST_F(SenderTest, AnOutageOfAnHourLosesNothing) {
  const int port = HttpStub([](const StubRequest&) { return Status("200 OK"); }).port();
  config_.push.url = "http://127.0.0.1:" + std::to_string(port) + "/";
  config_.push.batch_size = 100;
  Poll({"127.0.0.1"});
  Start();
  ASSERT_TRUE(WaitFor([&] { return waiting_ == 1; }));
  // An hour of 20 miners at 30 s: 120 rounds.
  Strings farm;
  for (int i = 1; i <= 20; ++i) farm.push_back("127.0.0." + std::to_string(i));
  for (std::size_t round = 1; round <= 120; ++round) {
    Poll(farm);
    clock_.Advance(30);
    config_.push.retries = round % 2 == 0 ? 3 : 4;
    Reload();  // New settings wake the sender: the test need not wait a second for each round.
    ASSERT_TRUE(WaitFor([&] { return waiting_ == 1 + round * 20; }));
  }
  EXPECT_GT(CountOf("connect"), 0U);
  std::atomic<std::size_t> taken{0};
  const HttpStub up(
      [&](const StubRequest& request) {
        taken += boost::json::parse(request.body).at("results").as_array().size();
        return Status("200 OK");
      },
      port);
  ASSERT_EQ(up.port(), port);
  clock_.Advance(3600);
  ASSERT_TRUE(WaitFor([&] { return sent_ == 2401; }));
  EXPECT_EQ(taken, 2401U);
  EXPECT_EQ(CountOf("queue_full"), 0U);
}

TEST_F(SenderTest, TheQueueOutlivesTheProgramAndIsDrainedAtTheEnd) {
  {
    const Receiver down({Status("503 Busy")});
    config_.push.url = down.stub().Url();
    Poll({"127.0.0.1", "127.0.0.2"});
    Start();
    ASSERT_TRUE(WaitFor([&] { return CountOf("http_5xx") == 1; }));
    sender_.reset();
    EXPECT_TRUE(down.Taken().empty()) << "a receiver that is down is left alone at the end";
  }
  const Receiver receiver;
  config_.push.url = receiver.stub().Url();
  config_.push.batch_size = 1;
  polls_.clear();
  Poll({});
  Start();
  sender_.reset();  // What waits is sent before the end, whether or not it had begun.
  EXPECT_EQ(receiver.Taken(), (Strings{"127.0.0.1", "127.0.0.2"}));
}

TEST_F(SenderTest, AReloadStartsMovesAndEndsThePush) {
  Start();
  Poll({"127.0.0.1"});
  const Receiver first;
  config_.push.url = first.stub().Url();
  Reload();
  ASSERT_TRUE(WaitFor([&] { return sent_ == 1; }));
  const Receiver second;
  config_.push.url = second.stub().Url();
  Reload();
  Poll({"127.0.0.2"});
  ASSERT_TRUE(WaitFor([&] { return sent_ == 2; }));
  EXPECT_EQ(first.Taken(), Strings{"127.0.0.1"});
  EXPECT_EQ(second.Taken(), Strings{"127.0.0.2"});
  config_.push.url.clear();
  Reload();
  Poll({"127.0.0.3"});
  sender_.reset();
  EXPECT_EQ(sent_, 2U);
}

TEST_F(SenderTest, WithoutADatabaseTheQueueIsInMemory) {
  const Receiver receiver;
  config_.storage.enabled = false;
  config_.push.url = receiver.stub().Url();
  Poll({"127.0.0.1"});
  Start();
  ASSERT_TRUE(WaitFor([&] { return sent_ == 1; }));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(SenderTest, AFileThatCannotBeOpenedCostsOnlyPersistence) {
  const Receiver receiver;
  config_.storage.path = folder_ + "/missing/metrics.db";
  config_.push.url = receiver.stub().Url();
  Poll({"127.0.0.1"});
  Start();
  EXPECT_TRUE(WaitFor([&] { return sent_ == 1; }));
}

TEST(PushQueuePath, StandsBesideTheDatabase) {
  StorageConfig storage;
  storage.path = "data/metrics.db";
  EXPECT_EQ(PushQueuePath(storage), "data/metrics.push.db");
  storage.enabled = false;
  EXPECT_EQ(PushQueuePath(storage), ":memory:");
}

TEST(PushQueueLimit, GrowsWithTheFleet) {
  Config config;
  config.polling.interval = Seconds(30);
  EXPECT_EQ(PushQueueLimit(config, 20), 10000U);
  EXPECT_EQ(PushQueueLimit(config, 500), 60000U);
  EXPECT_EQ(PushQueueLimit(config, 20000), 1000000U);
  config.push.queue_max_records = 7;
  EXPECT_EQ(PushQueueLimit(config, 20000), 7U);
}

}  // namespace
}  // namespace antx
