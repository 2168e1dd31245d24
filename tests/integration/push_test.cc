// The whole exporter pushes to a receiver that fails in every way a receiver can.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <csignal>
#include <deque>
#include <mutex>
#include <set>

#include "integration/harness.h"
#include "unit/net/http_stub.h"

namespace antx::testing {
namespace {

constexpr const char* kKey = "key-that-nobody-may-see";
constexpr const char* kSent = "antminer_exporter_push_records_sent_total";
constexpr const char* kQueue = "antminer_exporter_push_queue_records";

std::string Failures(const std::string& reason) {
  return "antminer_exporter_push_request_failures_total{reason=\"" + reason + "\"}";
}
std::string Dropped(const std::string& reason) {
  return "antminer_exporter_push_records_dropped_total{reason=\"" + reason + "\"}";
}

/// Answers with `reply` as long as it fails, then takes records.
class Receiver {
 public:
  explicit Receiver(StubReply reply, int port = 0)
      : reply_(std::move(reply)),
        stub_([this](const StubRequest& request) { return Answer(request); }, port) {}
  explicit Receiver(int port = 0) : Receiver(Status("200 OK"), port) { fails_ = false; }
  void Recover() { fails_ = false; }
  [[nodiscard]] const HttpStub& stub() const { return stub_; }
  [[nodiscard]] std::vector<boost::json::object> Taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

 private:
  StubReply Answer(const StubRequest& request) {
    if (fails_) return reply_;
    const auto body = boost::json::parse(request.body);
    const std::lock_guard lock(mutex_);
    for (const auto& record : body.at("results").as_array()) taken_.push_back(record.as_object());
    return Status("200 OK");
  }

  StubReply reply_;
  std::atomic<bool> fails_{true};
  mutable std::mutex mutex_;  // Of taken_.
  std::vector<boost::json::object> taken_;
  HttpStub stub_;
};

Environment To(const std::string& url, const Environment& more = {}) {
  Environment settings = {{"API_URL", url}, {"API_KEY", kKey}, {"PUSH_RETRIES", "5"}};
  settings.insert(more.begin(), more.end());
  return settings;
}

/// The key stands in nothing that the exporter tells.
void ExpectNoKey(const Exporter& exporter) {
  EXPECT_EQ(exporter.Log().find(kKey), std::string::npos);
  for (const char* path : {"/metrics", "/", "/sd", "/-/ready"}) {
    EXPECT_EQ(exporter.Get(path).body.find(kKey), std::string::npos) << path;
  }
}

TEST(Push, SendsEveryPollAndTellsWhenAMinerIsGone) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const Receiver receiver;
  const Exporter exporter(miner, To(receiver.stub().Url("/in")));
  ASSERT_TRUE(WaitFor([&] { return receiver.Taken().size() >= 2; })) << exporter.Log();
  const boost::json::object record = receiver.Taken().front();
  EXPECT_EQ(record.at("ip"), boost::json::string(miner));
  EXPECT_EQ(record.at("online"), true);
  EXPECT_TRUE(record.at("hashrate").as_string().ends_with(" TH/s"));
  EXPECT_GT(record.at("hashrate_ghs").to_number<double>(), 1000);
  EXPECT_EQ(record.at("card").as_object().size(), 3U);
  const std::string head = receiver.stub().Requests().at(0).head;
  EXPECT_EQ(head.find("POST /in HTTP/1.1\r\n"), 0U);
  EXPECT_NE(head.find("Authorization: Bearer " + std::string(kKey) + "\r\n"), std::string::npos);
  EXPECT_GE(exporter.Value(kSent).value_or(0), 2);
  EXPECT_GT(exporter.Value("antminer_exporter_push_last_success_timestamp_seconds").value_or(0), 1);
  farm.Fault(miner, "refuse");
  EXPECT_TRUE(WaitFor([&] { return receiver.Taken().back().at("online") == false; }));
  ExpectNoKey(exporter);
}

/// A way to fail, the reason that is counted, and whether the records are kept.
struct Failure {
  const char* name;
  const char* reason;
  bool kept;
  StubReply reply;
};
void PrintTo(const Failure& failure, std::ostream* out) { *out << failure.name; }

class PushFailureTest : public ::testing::TestWithParam<Failure> {};

TEST_P(PushFailureTest, IsCountedAndPollingGoesOn) {
  const Failure& failure = GetParam();
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  Receiver receiver(failure.reply);
  const Exporter exporter(miner, To(receiver.stub().Url(), {{"API_TIMEOUT", "0.5"}}));
  ASSERT_TRUE(WaitFor([&] { return exporter.Value(Failures(failure.reason)).value_or(0) >= 1; }))
      << exporter.Log();
  const std::string scrapes = "antminer_scrapes_total{miner=\"" + miner + "\"}";
  const double polls = exporter.Value(scrapes).value_or(0);
  EXPECT_TRUE(WaitFor([&] { return exporter.Value(scrapes).value_or(0) >= polls + 2; }));
  EXPECT_EQ(exporter.Value("antminer_up{miner=\"" + miner + "\"}"), 1);
  EXPECT_EQ(exporter.Value(kSent), 0);
  // A record waits until it is refused, so a queue that is emptied is so between two polls only.
  EXPECT_TRUE(WaitFor([&] {
    return (exporter.Value(Dropped("rejected")).value_or(-1) > 0) == !failure.kept &&
           (exporter.Value(kQueue).value_or(-1) > 0) == failure.kept;
  })) << exporter.Log();
  receiver.Recover();
  EXPECT_TRUE(WaitFor([&] { return exporter.Value(kSent).value_or(0) >= 1; })) << exporter.Log();
  EXPECT_TRUE(receiver.Taken().front().contains("ip"));
  ExpectNoKey(exporter);
}

INSTANTIATE_TEST_SUITE_P(
    All, PushFailureTest,
    ::testing::Values(
        Failure{"Status500", "http_5xx", true, Status("500 Broken")},
        Failure{"Status503", "http_5xx", true, Status("503 Busy")},
        Failure{"Status408", "http_408", true, Status("408 Late")},
        Failure{"Status429", "http_429", true, Status("429 Slow", "Retry-After: 2\r\n")},
        Failure{"Status400", "http_4xx", false, Status("400 Bad")},
        Failure{"Status401", "http_4xx", false, Status("401 Unauthorized")},
        Failure{"Hang", "timeout", true, {"", StubReply::Then::kHold}},
        Failure{"SlowBody",
                "timeout",
                true,
                {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", StubReply::Then::kHold}},
        Failure{"Reset", "connect", true, {"", StubReply::Then::kReset}},
        Failure{"Garbage", "other", true, {"no HTTP\r\n\r\n", StubReply::Then::kClose}},
        Failure{"Huge", "too_large", true, Status("500 Broken", "", std::string(1U << 20U, 'x'))},
        Failure{"RedirectElsewhere", "redirect", true,
                Status("307 Moved", "Location: http://127.0.0.2:9/\r\n")}),
    [](const auto& failure) { return std::string(failure.param.name); });

TEST(Push, FollowsARedirectToTheSameReceiver) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const HttpStub receiver([](const StubRequest& request) {
    return request.Line() == "POST /in/ HTTP/1.1" ? Status("200 OK")
                                                  : Status("308 Moved", "Location: /in/\r\n");
  });
  const Exporter exporter(miner, To(receiver.Url("/in")));
  EXPECT_TRUE(WaitFor([&] { return exporter.Value(kSent).value_or(0) >= 1; })) << exporter.Log();
  EXPECT_EQ(receiver.Requests().at(1).body, receiver.Requests().at(0).body);
}

TEST(Push, AReceiverThatWasDownGetsWhatWaited) {
  const std::string first = OwnNetwork() + "1";
  const Farm farm(3, first, {"--profile", "s19pro"});
  const std::string range = first + "-3";
  const int port = FreePort();
  const Exporter exporter(range, To("http://127.0.0.1:" + std::to_string(port) + "/",
                                    {{"POLL_INTERVAL", "2"}, {"PUSH_BATCH_SIZE", "4"}}));
  ASSERT_TRUE(WaitFor([&] { return exporter.Value(kQueue).value_or(0) >= 9; })) << exporter.Log();
  EXPECT_GE(exporter.Value(Failures("connect")).value_or(0), 1);
  const Receiver receiver(port);
  // What waited, 9 records at least, and what came afterwards.
  EXPECT_TRUE(WaitFor([&] {
    const double sent = exporter.Value(kSent).value_or(0);
    return sent >= 12 && exporter.Value(kQueue).value_or(0) == 0 &&
           static_cast<double>(receiver.Taken().size()) == sent;
  })) << exporter.Log();
  EXPECT_EQ(exporter.Value(Dropped("queue_full")), 0);
}

TEST(Push, AKillLosesNothingThatWaits) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const std::string url = "http://127.0.0.1:" + std::to_string(FreePort()) + "/";
  Exporter killed(miner, To(url));
  ASSERT_TRUE(WaitFor([&] { return killed.Value(kQueue).value_or(0) >= 3; })) << killed.Log();
  const auto waiting = static_cast<std::size_t>(killed.Value(kQueue).value_or(0));
  killed.process().Signal(SIGKILL);
  ASSERT_EQ(killed.process().Wait(), 128 + SIGKILL);
  const Receiver receiver;
  // No polls of its own: all that comes is what the other left.
  const Exporter next(
      miner, To(receiver.stub().Url(), {{"STORAGE_PATH", killed.folder().Path("metrics.db")},
                                        {"ENABLE_SCHEDULER", "false"}}));
  EXPECT_TRUE(WaitFor([&] { return receiver.Taken().size() >= waiting; })) << next.Log();
  std::set<std::string> times;
  for (const auto& record : receiver.Taken()) {
    times.emplace(record.at("collected_at").as_string());
  }
  EXPECT_GE(times.size(), waiting) << "each record is of another poll";
}

TEST(Push, AHangingReceiverDoesNotHoldTheEndForLong) {
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const Receiver receiver(StubReply{"", StubReply::Then::kHold});
  Exporter exporter(miner, To(receiver.stub().Url(), {{"API_TIMEOUT", "300"}}));
  ASSERT_TRUE(WaitFor([&] { return receiver.stub().Requests().size() == 1; })) << exporter.Log();
  exporter.process().Signal(SIGTERM);
  EXPECT_EQ(exporter.process().Wait(std::chrono::seconds(60)), 0);
  EXPECT_NE(exporter.Log().find("stay for the next start"), std::string::npos) << exporter.Log();
}

/// A certificate of its own for `name` ("IP:127.0.0.1"); nothing when openssl is not there.
bool MakeCertificate(const TempFolder& folder, const std::string& name) {
  const auto openssl = InstalledProgram("openssl");
  if (!openssl) return false;
  const RunResult made =
      Run({*openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
           "-nodes", "-days", "2", "-subj", "/CN=receiver", "-addext", "subjectAltName=" + name,
           "-keyout", folder.Path("key.pem"), "-out", folder.Path("cert.pem")});
  EXPECT_EQ(made.code, 0) << made.output;
  return made.code == 0;
}

TEST(Push, TrustsOnlyTheGivenCertificate) {
  const TempFolder good;
  const TempFolder other_name;
  if (!MakeCertificate(good, "IP:127.0.0.1") || !MakeCertificate(other_name, "DNS:a.example")) {
    GTEST_SKIP() << "openssl is not installed";
  }
  const std::string miner = OwnNetwork() + "1";
  const Farm farm(1, miner, {"--profile", "s19pro"});
  const auto receive = [](const TempFolder& folder, int port) {
    return std::make_unique<Process>(
        std::vector<std::string>{"python3", ANTX_TLS_RECEIVER, std::to_string(port),
                                 folder.Path("cert.pem"), folder.Path("key.pem")},
        Environment{});
  };
  const int port = FreePort();
  const std::string url = "https://127.0.0.1:" + std::to_string(port) + "/";
  auto receiver = receive(other_name, port);
  ASSERT_TRUE(WaitFor([&] { return receiver->Output().find("ready") != std::string::npos; }));
  const Exporter unknown(miner, To(url));
  const Exporter wrong_name(miner, To(url, {{"PUSH_CA_FILE", other_name.Path("cert.pem")}}));
  const Exporter trusting(miner, To(url, {{"PUSH_CA_FILE", good.Path("cert.pem")}}));
  for (const Exporter* exporter : {&unknown, &wrong_name, &trusting}) {
    EXPECT_TRUE(WaitFor([&] { return exporter->Value(Failures("tls")).value_or(0) >= 1; }))
        << exporter->Log();
    EXPECT_EQ(exporter->Value(kSent), 0);
    ExpectNoKey(*exporter);
  }
  EXPECT_EQ(receiver->Output().find("took"), std::string::npos);
  receiver = nullptr;
  receiver = receive(good, port);
  EXPECT_TRUE(WaitFor([&] { return trusting.Value(kSent).value_or(0) >= 1; })) << trusting.Log();
  EXPECT_NE(receiver->Output().find("took {\"results\":["), std::string::npos);
  EXPECT_EQ(unknown.Value(kSent), 0);
}

}  // namespace
}  // namespace antx::testing
