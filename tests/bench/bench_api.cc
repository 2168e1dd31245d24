// Every JSON endpoint of a running exporter that polls a simulated fleet and has a day of history.
// Prints a line per endpoint; processor time is the exporter's own, so the load generator beside it
// does not count.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "bench/bench_util.h"
#include "history/compaction.h"
#include "history/store.h"

namespace antx::bench {
namespace {

constexpr int kRoundsOfADay = 2880;

/// antminer_exporter as a child; ended with its own id when this goes.
class ExporterProcess {
 public:
  ExporterProcess(const std::string& program, const std::vector<std::string>& environment,
                  const std::vector<std::string>& arguments) {
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);
    if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(127);
    const auto pointers = [](const std::vector<std::string>& texts) {
      std::vector<char*> list;
      for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
      list.push_back(nullptr);
      return list;
    };
    std::vector<std::string> all = {program};
    all.insert(all.end(), arguments.begin(), arguments.end());
    execve(program.c_str(), pointers(all).data(), pointers(environment).data());
    _exit(127);
  }
  ~ExporterProcess() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  ExporterProcess(const ExporterProcess&) = delete;
  ExporterProcess& operator=(const ExporterProcess&) = delete;

  /// User and system time so far.
  [[nodiscard]] double CpuSeconds() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    text = text.substr(text.rfind(')') + 2);
    long user = 0;
    long system = 0;
    std::sscanf(text.c_str(), "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user,
                &system);
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }

 private:
  pid_t pid_ = -1;
};

/// A connection that is kept alive.
class Client {
 public:
  explicit Client(int port) : port_(port) {}
  ~Client() { Close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Bytes of the body; -1 when there is no answer with status 200.
  long Get(const std::string& path) {
    if (descriptor_ < 0 && !Connect()) return -1;
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n";
    if (send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL) < 0) return Fail();
    text_.clear();
    std::size_t head = std::string::npos;
    while ((head = text_.find("\r\n\r\n")) == std::string::npos) {
      if (!More()) return Fail();
    }
    head += 4;
    if (text_.compare(9, 3, "200") != 0) return Fail();
    const auto length = text_.find("Content-Length: ");
    if (length != std::string::npos && length < head) {
      const auto bytes = static_cast<std::size_t>(std::atol(text_.c_str() + length + 16));
      while (text_.size() < head + bytes) {
        if (!More()) return Fail();
      }
      return static_cast<long>(bytes);
    }
    while (!text_.ends_with("\r\n0\r\n\r\n")) {
      if (!More()) return Fail();
    }
    return static_cast<long>(text_.size() - head);
  }

 private:
  bool Connect() {
    descriptor_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
      return true;
    }
    Close();
    return false;
  }
  bool More() {
    char buffer[65536];
    const ssize_t got = recv(descriptor_, buffer, sizeof(buffer), 0);
    if (got <= 0) return false;
    text_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  long Fail() {
    Close();
    return -1;
  }
  void Close() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
  }

  int port_;
  int descriptor_ = -1;
  std::string text_;
};

std::shared_ptr<const Snapshot> DayRound(SystemTime now, int round) {
  auto snapshot = std::make_shared<Snapshot>();
  for (int i = 1; i <= 20; ++i) {
    auto reading = std::make_shared<Reading>();
    reading->identity.algorithm = "sha256";
    reading->hashrate_hashes_per_second = 110e12 + (round * 37 % 101) * 1e10;
    reading->elapsed_seconds = 30.0 * round;
    reading->fans = {{1, 5400.0 + round % 60}};
    auto view = std::make_shared<MinerView>();
    view->facts.address = *Ipv4::Parse("127.60.0." + std::to_string(i));
    view->facts.id = view->facts.address.ToString();
    view->identity = reading->identity;
    view->up = true;
    view->last_success = now;
    view->power = Power{3250.0 + round % 30, PowerSource::kTable};
    view->reading = std::move(reading);
    snapshot->miners.push_back(std::move(view));
  }
  return snapshot;
}

/// The day before now, as an exporter that ran would have left it.
void FillDay(const std::string& path) {
  const RealClock clock;
  auto db = Db::Open(path);
  if (db.has_error()) std::exit(1);
  auto store = HistoryStore::Open(std::move(*db));
  if (store.has_error()) std::exit(1);
  SystemTime now = clock.Now() - std::chrono::seconds(30) * kRoundsOfADay;
  for (int round = 0; round < kRoundsOfADay; ++round) {
    now += std::chrono::seconds(30);
    const Stamp stamp{now, SteadyTime(now.time_since_epoch())};
    if ((*store)->WriteRound(*DayRound(now, round), stamp, std::chrono::seconds(30)).has_error()) {
      std::exit(1);
    }
  }
  while (true) {
    const auto step = CompactSome((*store)->db(), Milliseconds(clock.Now()));
    if (step.has_error() || !step->more) return;
  }
}

void Measure(const ExporterProcess& exporter, int port, const std::string& path, int times) {
  Client client(port);
  std::vector<double> milliseconds;
  long bytes = 0;
  const double cpu = exporter.CpuSeconds();
  for (int i = 0; i < times; ++i) {
    const double wall = WallSeconds();
    bytes = client.Get(path);
    milliseconds.push_back((WallSeconds() - wall) * 1000);
    if (bytes >= 0) continue;
    std::fprintf(stderr, "bench_api: no good answer to %s\n", path.c_str());
    std::exit(1);
  }
  const double spent = exporter.CpuSeconds() - cpu;
  JsonLine line("api");
  line.Add("endpoint", path)
      .Add("bytes", static_cast<double>(bytes))
      .Add("p50_ms", Percentile(milliseconds, 50))
      .Add("p99_ms", Percentile(milliseconds, 99));
  if (spent > 0.2) line.Add("req_per_cpu_s", times / spent);
  line.Print();
}

void Run(const Flags& flags, const std::string& here) {
  const int miners = static_cast<int>(flags.Number("miners", 10'000));
  const int port = static_cast<int>(flags.Number("port", 19'470));
  const std::string programs = here.substr(0, here.rfind('/') + 1);
  const auto folder =
      std::filesystem::temp_directory_path() / ("antx-bench-api-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string database = (folder / "metrics.db").string();
  FillDay(database);
  RaiseDescriptorLimit();
  const FarmProcess farm(programs + "antminer_farm",
                         {"--miners", std::to_string(miners), "--base", "127.60.0.1"});
  const ExporterProcess exporter(
      programs + "antminer_exporter",
      {"STORAGE_PATH=" + database, "LOG_LEVEL=error", "POLL_INTERVAL=30"},
      {"--subnet", "127.60.0.0/18", "--web.listen-address", "127.0.0.1:" + std::to_string(port)});
  Client client(port);
  const std::string last =
      "127.60." + std::to_string(miners / 256) + '.' + std::to_string(miners % 256);
  const double begin = WallSeconds();
  while (client.Get("/api/miners/" + last + "/pools") < 10 || client.Get("/readyz") < 0) {
    if (WallSeconds() - begin > 180) std::exit(1);
    usleep(200'000);
  }
  for (const char* path : {"/healthz", "/readyz", "/api/miners/127.60.0.7/pools"}) {
    Measure(exporter, port, path, 10'000);
  }
  for (const char* path :
       {"/api/miners/127.60.0.7/history?metric=hashrate&step=raw", "/api/metrics?ip=127.60.0.7",
        "/api/metrics?ip=127.60.0.7&limit=2880", "/api/fleet/history?metric=power",
        "/api/fleet/history?metric=power&from=30d", "/api/miners/127.60.0.7", "/api/summary",
        "/api/miners", "/api/miners/current", "/api/metrics", "/api/miners/summary", "/api/events",
        "/api/error-logs", "/openapi.json"}) {
    Measure(exporter, port, path, 100);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace antx::bench

int main(int argc, char** argv) {
  antx::bench::Run(antx::bench::Flags(argc, argv), argv[0]);
  return 0;
}
