// Real sockets on loopback: what a client of a machine sees.
#include "farm/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/json/parse.hpp>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace antx::farm {
namespace {

namespace json = boost::json;

constexpr std::uint16_t kPort = 24029;
constexpr int kPatienceMs = 20'000;

/// "127.A.B.0" of this process, so that tests can run side by side.
std::uint32_t OwnNetwork() {
  const auto number = static_cast<std::uint32_t>(getpid());
  return (127U << 24U) | ((20U + number / 250U % 50U) << 16U) | ((number % 250U) << 8U);
}
Ipv4 Address(int index) { return Ipv4{OwnNetwork() + 1 + static_cast<std::uint32_t>(index)}; }

/// A blocking client that gives up after kPatienceMs.
class Client {
 public:
  explicit Client(int index, std::uint16_t port = kPort)
      : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(Address(index).value);
    const int result = connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    error_ = result == 0 ? 0 : errno;
  }
  ~Client() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// errno of the connection attempt, EINPROGRESS when undecided after the wait.
  int WaitConnected(int milliseconds = kPatienceMs) {
    if (error_ != EINPROGRESS) return error_;
    pollfd wait{descriptor_, POLLOUT, 0};
    if (poll(&wait, 1, milliseconds) != 1) return EINPROGRESS;
    socklen_t size = sizeof(error_);
    getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error_, &size);
    return error_;
  }
  void Send(const std::string& bytes) {
    EXPECT_EQ(WaitConnected(), 0);
    EXPECT_EQ(send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void Ask(const std::string& command) { Send("{\"command\":\"" + command + "\"}"); }

  /// Bytes up to the end of the stream, or at least `enough` of them.
  std::string Read(std::size_t enough = std::string::npos) {
    std::string bytes;
    char chunk[65536];
    while (bytes.size() < enough) {
      pollfd wait{descriptor_, POLLIN, 0};
      if (poll(&wait, 1, kPatienceMs) != 1) {
        ADD_FAILURE() << "no more bytes and no end after " << bytes.size();
        break;
      }
      const ssize_t size = recv(descriptor_, chunk, sizeof(chunk), 0);
      if (size < 0) read_error_ = errno;
      if (size <= 0) break;
      bytes.append(chunk, static_cast<std::size_t>(size));
    }
    return bytes;
  }
  /// Whether nothing, not even the end, has arrived yet.
  bool Quiet() const {
    char byte = 0;
    return recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }
  int read_error() const { return read_error_; }

 private:
  int descriptor_;
  int error_ = 0;
  int read_error_ = 0;
};

class ServerTest : public testing::Test {
 protected:
  /// Machines: 0 S19 Pro, 1 S9, 2 S19 Pro, 3 S9 and so on. Time stands still.
  void Start(int count = 2, ServerOptions options = {}) {
    FillFleet({count, Address(0).ToString(), 1, "s19pro,s9"}, fleet_);
    fleet_.Freeze();
    options.port = kPort;
    options.drip = 3600;
    Start(options);
  }
  void Start(ServerOptions options) {
    // Several attempts: any free port does, and another process may take it first.
    for (int i = 0; !server_ && i < 50; ++i) {
      control_port_ = static_cast<std::uint16_t>(30000 + (getpid() + i * 97) % 20000);
      options.control_port = control_port_;
      try {
        server_.emplace(io_, fleet_, options);
      } catch (const std::runtime_error& error) {
        if (std::string(error.what()).find("control port") == std::string::npos) throw;
      }
    }
    ASSERT_TRUE(server_);
    thread_ = std::thread([this] { io_.run(); });
  }
  void TearDown() override {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }
  std::string Control(const std::string& line) {
    return AskControl("127.0.0.1", control_port_, line);
  }
  json::value Get(int index) { return json::parse(Control("get " + Address(index).ToString())); }
  void Fault(int index, const std::string& name) {
    EXPECT_THAT(Control("fault " + Address(index).ToString() + ' ' + name),
                testing::StartsWith("{\"ok\":true"));
  }
  /// Waits until a number of `get` is at least `least`.
  void WaitFor(int index, const char* key, int least) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (std::chrono::steady_clock::now() < end) {
      if (Get(index).at(key).to_number<int>() >= least) return;
    }
    FAIL() << key << " did not reach " << least;
  }
  std::string Exchange(int index, const std::string& command) {
    Client client(index);
    client.Ask(command);
    return client.Read();
  }

  boost::asio::io_context io_{1};
  Fleet fleet_;
  std::optional<Server> server_;
  std::uint16_t control_port_ = 0;
  std::thread thread_;
};

TEST_F(ServerTest, AReplyEndsWithOneNulAndTheEndOfTheStream) {
  Start();
  std::string reply = Exchange(0, "summary");
  ASSERT_FALSE(reply.empty());
  EXPECT_EQ(reply.back(), '\0');
  reply.pop_back();
  EXPECT_EQ(reply.find('\0'), std::string::npos);
  const auto summary = json::parse(reply);
  EXPECT_NEAR(summary.at("SUMMARY").at(0).at("GHS 5s").to_number<double>() * 1e9,
              Get(0).at("hashrate").to_number<double>(), 1e7);
}

TEST_F(ServerTest, JoinsAndDenialsComeOverTheWire) {
  Start();
  EXPECT_THAT(Exchange(0, "summary+stats"), testing::HasSubstr("\"Code\":14"));
  EXPECT_THAT(Exchange(1, "summary+stats"), testing::StartsWith("{\"summary\":["));
  EXPECT_THAT(Exchange(1, "stats"), testing::HasSubstr("}{"));
  EXPECT_THAT(Exchange(0, "restart"), testing::HasSubstr("\"Code\":45"));
}

TEST_F(ServerTest, HangTakesTheRequestAndSaysNothing) {
  Start();
  Fault(0, "hang");
  Client client(0);
  client.Ask("summary");
  WaitFor(0, "requests", 1);
  EXPECT_EQ(Exchange(1, "summary").back(), '\0');
  EXPECT_TRUE(client.Quiet());
}

TEST_F(ServerTest, RefuseIsInForceWithTheAnswer) {
  Start();
  Fault(0, "refuse");
  EXPECT_EQ(Client(0).WaitConnected(), ECONNREFUSED);
  EXPECT_EQ(Client(1).WaitConnected(), 0);
  (void)Control("clear all");
  EXPECT_EQ(Exchange(0, "summary").back(), '\0');
}

TEST_F(ServerTest, RebootRefusesUntilItIsOver) {
  Start();
  Fault(0, "reboot");
  EXPECT_EQ(Client(0).WaitConnected(), ECONNREFUSED);
  EXPECT_EQ(Get(0).at("faults"), json::array{"reboot"});
  (void)Control("clear " + Address(0).ToString() + " reboot");
  EXPECT_EQ(Exchange(0, "summary").back(), '\0');
  EXPECT_EQ(Get(0).at("elapsed"), 0);
}

TEST_F(ServerTest, TruncateSendsHalf) {
  Start();
  const std::string whole = Exchange(0, "pools");
  Fault(0, "truncate");
  const std::string half = Exchange(0, "pools");
  EXPECT_EQ(half, whole.substr(0, (whole.size() - 1) / 2));
}

TEST_F(ServerTest, GarbageIsNoJson) {
  Start();
  Fault(0, "garbage");
  const std::string reply = Exchange(0, "summary");
  EXPECT_FALSE(reply.empty());
  boost::system::error_code error;
  (void)json::parse(reply, error);
  EXPECT_TRUE(error);
}

TEST_F(ServerTest, SlowDripSendsByteByByte) {
  Start();  // The second byte comes in an hour.
  Fault(0, "slow_drip");
  Client client(0);
  client.Ask("summary");
  EXPECT_EQ(client.Read(1), "{");
  EXPECT_EQ(Exchange(1, "summary").back(), '\0');
  EXPECT_TRUE(client.Quiet());
}

TEST_F(ServerTest, AClientThatGivesUpOnADripFreesTheMachine) {
  Start();
  Fault(0, "slow_drip");
  {
    Client client(0);
    client.Ask("summary");
    EXPECT_EQ(client.Read(1), "{");
  }
  (void)Control("clear all");
  EXPECT_EQ(Exchange(0, "summary").back(), '\0');
}

TEST_F(ServerTest, OversizeGoesOnAndOn) {
  Start();
  Fault(0, "oversize");
  Client client(0);
  client.Ask("summary");
  EXPECT_GE(client.Read(5U << 20U).size(), 5U << 20U);
}

TEST_F(ServerTest, ResetIsNoEnd) {
  Start();
  Fault(0, "reset");
  Client client(0);
  // The reset may overtake the news of the connection.
  int error = client.WaitConnected();
  if (error == 0) {
    EXPECT_EQ(client.Read(), "");
    error = client.read_error();
  }
  EXPECT_EQ(error, ECONNRESET);
}

TEST_F(ServerTest, AMachineServesOneClientAfterTheOther) {
  Start();
  std::optional<Client> idle(std::in_place, 0);
  EXPECT_EQ(idle->WaitConnected(), 0);
  WaitFor(0, "open", 1);
  Client second(0);
  second.Ask("summary");
  WaitFor(0, "open", 2);
  EXPECT_EQ(Exchange(1, "summary").back(), '\0');  // Others are not concerned.
  EXPECT_TRUE(second.Quiet());
  EXPECT_EQ(Get(0).at("requests"), 0);
  idle.reset();
  EXPECT_EQ(second.Read().back(), '\0');
  EXPECT_EQ(Get(0).at("most_open"), 2);
  EXPECT_EQ(Get(1).at("most_open"), 1);
}

TEST_F(ServerTest, AskingInTurnNeverCountsAsTwoAtOnce) {
  Start(1);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(Exchange(0, "version").back(), '\0');
  const auto stats = json::parse(Control("stats"));
  EXPECT_EQ(stats.at("max_connections_per_miner"), 1);
  EXPECT_EQ(stats.at("connections"), 200);
  EXPECT_EQ(stats.at("requests_by_command").at("version"), 200);
}

TEST_F(ServerTest, AStartThatFailsLeavesNothingBehind) {
  FillFleet({2, Address(0).ToString(), 1, "s19pro,s9"}, fleet_);
  boost::asio::ip::tcp::acceptor taken(io_, {boost::asio::ip::address_v4::loopback(), 0}, false);
  ServerOptions options;
  options.port = kPort;
  options.control_port = taken.local_endpoint().port();
  EXPECT_THROW(server_.emplace(io_, fleet_, options), std::runtime_error);
  io_.run();  // Whatever the failed one had begun ends here, without it.
}

TEST_F(ServerTest, SharesOfBadMachinesAreOfTheFleet) {
  ServerOptions options;
  options.hung_percent = 20;
  options.garbage_percent = 30;
  Start(100, options);
  int hung = 0;
  int garbage = 0;
  for (const auto& member : fleet_.members()) {
    hung += member.miner.faults().hang ? 1 : 0;
    garbage += member.miner.faults().garbage ? 1 : 0;
  }
  EXPECT_EQ(hung, 20);
  EXPECT_EQ(garbage, 30);
}

TEST_F(ServerTest, ASilentMachineDoesNotEvenConnect) {
  ServerOptions options;
  options.silent_percent = 100;
  Start(1, options);
  EXPECT_EQ(Client(0).WaitConnected(300), EINPROGRESS);
}

TEST_F(ServerTest, SaysWhichAddressIsTaken) {
  Start();
  boost::asio::io_context io(1);
  ServerOptions options;
  options.port = kPort;
  options.control_port = 0;
  try {
    const Server second(io, fleet_, options);
    FAIL() << "two simulators on one address";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(Address(0).ToString()));
    EXPECT_THAT(error.what(), testing::HasSubstr("another simulator"));
  }
}

TEST_F(ServerTest, AScenarioPlaysAtTheSpeedOfTheFleet) {
  fleet_.SetSpeed(1e5);
  std::vector<std::string> faults;
  const auto scenario = ParseScenario("at 1h fault all dead_fan 5\nat 2h quit", faults);
  EXPECT_EQ(faults.size(), 2U) << "hours are no form of time";
  const auto minutes = ParseScenario("at 60m fault all overheated\nat 120m quit", faults);
  FillFleet({1, Address(0).ToString(), 1, "s9"}, fleet_);
  ServerOptions options;
  options.port = kPort;
  options.control_port = 0;
  server_.emplace(io_, fleet_, options);
  server_->Play(minutes);
  io_.run();  // Ends by `quit`.
  EXPECT_TRUE(fleet_.members()[0].miner.faults().overheated);
}

TEST_F(ServerTest, QuitEndsTheProgramAfterItsAnswer) {
  Start();
  EXPECT_EQ(Control("quit"), "{\"ok\":true}");
  thread_.join();
  EXPECT_TRUE(io_.stopped());
}

TEST_F(ServerTest, ControlSurvivesNonsense) {
  Start();
  EXPECT_THAT(Control("dance"), testing::StartsWith("error: "));
  EXPECT_THAT(Control(std::string("\0\x01{", 3)), testing::StartsWith("error: "));
  EXPECT_EQ(json::parse(Control("list")).as_array().size(), 2U);
}

}  // namespace
}  // namespace antx::farm
