#include "integration/harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <utility>

#include "util/text.h"

namespace antx::testing {
namespace {

using std::chrono::steady_clock;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

[[noreturn]] void Exec(const std::vector<std::string>& arguments, const Environment& environment,
                       const std::string& output, pid_t parent) {
  // Nothing outlives a test that is killed.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  clearenv();
  setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  _exit(127);
}

class Socket {
 public:
  explicit Socket(int port) : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{30, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
  }
  ~Socket() { close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  std::string Exchange(const std::string& request) {
    std::string reply;
    if (!connected_) return reply;
    std::size_t sent = 0;
    while (sent < request.size()) {
      const ssize_t size =
          send(descriptor_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) break;
      sent += static_cast<std::size_t>(size);
    }
    std::array<char, 65536> chunk{};
    ssize_t size = 0;
    while ((size = recv(descriptor_, chunk.data(), chunk.size(), 0)) > 0) {
      reply.append(chunk.data(), static_cast<std::size_t>(size));
    }
    return reply;
  }

 private:
  int descriptor_;
  bool connected_ = false;
};

std::string JoinChunks(const std::string& text) {
  std::string body;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto line_end = text.find("\r\n", at);
    if (line_end == std::string::npos) break;
    const auto size = std::strtoul(text.substr(at, line_end - at).c_str(), nullptr, 16);
    if (size == 0) break;
    body += text.substr(line_end + 2, size);
    at = line_end + 2 + size + 2;
  }
  return body;
}

HttpReply ParseReply(const std::string& text) {
  HttpReply reply;
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == std::string::npos) return reply;
  std::istringstream head(text.substr(0, head_end));
  std::string line;
  std::getline(head, line);
  if (line.size() > 12) reply.status = std::atoi(line.c_str() + 9);
  while (std::getline(head, line)) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    reply.headers[ToLower(line.substr(0, colon))] = std::string(Trim(line.substr(colon + 1)));
  }
  reply.body = text.substr(head_end + 4);
  if (reply.headers["transfer-encoding"] == "chunked") reply.body = JoinChunks(reply.body);
  return reply;
}

}  // namespace

bool WaitFor(const std::function<bool()>& condition, std::chrono::seconds limit) {
  const auto end = steady_clock::now() + limit;
  while (!condition()) {
    if (steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

TempFolder::TempFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "antx-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempFolder::Write(const std::string& name, const std::string& text) const {
  std::ofstream(Path(name), std::ios::binary) << text;
  return Path(name);
}

Process::Process(std::vector<std::string> arguments, const Environment& environment) {
  const std::string output = folder_.Path("output");
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) Exec(arguments, environment, output, parent);
}

Process::~Process() {
  End();
  // A sanitizer tells what it found here; not every test looks at the exit code.
  const std::string output = Output();
  for (const char* report : {"Sanitizer: ", "runtime error: "}) {
    if (output.find(report) != std::string::npos) ADD_FAILURE() << output;
  }
}

void Process::End() {
  if (!Running()) return;
  Signal(SIGTERM);
  if (Wait(std::chrono::seconds(10))) return;
  Signal(SIGKILL);
  Wait();
}

std::string Process::Output() const { return ReadFile(folder_.Path("output")); }

void Process::Signal(int signal) const {
  if (pid_ > 0 && !status_) kill(pid_, signal);
}

bool Process::Running() {
  if (status_ || pid_ <= 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

std::optional<int> Process::Wait(std::chrono::seconds limit) {
  (void)WaitFor([this] { return !Running(); }, limit);
  return status_;
}

RunResult Run(std::vector<std::string> arguments, const Environment& environment,
              std::chrono::seconds limit) {
  Process process(std::move(arguments), environment);
  const auto code = process.Wait(limit);
  return {code.value_or(-1), process.Output()};
}

HttpReply Http(int port, const std::string& method, const std::string& path,
               const std::vector<std::string>& headers, const std::string& body) {
  std::string request = method + ' ' + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  for (const std::string& header : headers) request += header + "\r\n";
  if (!body.empty() || method == "POST") {
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  request += "Connection: close\r\n\r\n" + body;
  return ParseReply(Socket(port).Exchange(request));
}

IdleConnection::IdleConnection(int port)
    : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
}

IdleConnection::~IdleConnection() {
  if (descriptor_ >= 0) close(descriptor_);
}

IdleConnection::IdleConnection(IdleConnection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

bool IdleConnection::Open() const {
  char byte = 0;
  return recv(descriptor_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

Series ParseExposition(const std::string& text) {
  Series series;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    const auto blank = line.rfind(' ');
    if (line.empty() || line.front() == '#' || blank == std::string::npos) continue;
    series[line.substr(0, blank)] = std::strtod(line.c_str() + blank + 1, nullptr);
  }
  return series;
}

std::string BuiltProgram(const std::string& name) {
  const char* folder = std::getenv("ANTX_BIN_DIR");
  return (folder != nullptr ? std::string(folder) : std::string(ANTX_DEFAULT_BIN_DIR)) + '/' + name;
}

std::optional<std::string> InstalledProgram(const std::string& name) {
  for (const char* folder : {"/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/sbin/"}) {
    if (std::filesystem::exists(folder + name)) return folder + name;
  }
  return std::nullopt;
}

Farm::Farm(int miners, const std::string& base, const std::vector<std::string>& extra)
    : control_port_(FreePort()) {
  std::vector<std::string> arguments = {BuiltProgram("antminer_farm"),
                                        "--miners",
                                        std::to_string(miners),
                                        "--base",
                                        base,
                                        "--control",
                                        "127.0.0.1:" + std::to_string(control_port_)};
  arguments.insert(arguments.end(), extra.begin(), extra.end());
  process_.emplace(std::move(arguments), Environment{});
  EXPECT_TRUE(WaitFor([this] {
                return process_->Output().find("ready") != std::string::npos ||
                       !process_->Running();
              }) &&
              process_->Running())
      << process_->Output();
}

std::string Farm::Control(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {BuiltProgram("antminer_farm"), "ctl", "--control",
                                      "127.0.0.1:" + std::to_string(control_port_)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const RunResult result = Run(std::move(command));
  EXPECT_EQ(result.code, 0) << result.output;
  return result.output;
}

void Farm::Fault(const std::string& address, const std::string& name,
                 const std::string& argument) const {
  std::vector<std::string> arguments = {"fault", address, name};
  if (!argument.empty()) arguments.push_back(argument);
  Control(arguments);
}

void Farm::Clear(const std::string& address) const { Control({"clear", address}); }

Exporter::Exporter(const std::string& subnet, const Environment& settings,
                   const std::vector<std::string>& arguments)
    : port_(FreePort()), arguments_(arguments) {
  environment_ = {{"MINER_IP_RANGE", subnet},
                  {"POLL_INTERVAL", "1"},
                  {"LISTEN_ADDRESS", "127.0.0.1:" + std::to_string(port_)},
                  {"DISCOVERY_MDNS", "false"},
                  {"STORAGE_PATH", folder_.Path("metrics.db")},
                  {"LOG_FORMAT", "text"}};
  for (const auto& [name, value] : settings) environment_[name] = value;
  Start();
}

void Exporter::Start() {
  std::vector<std::string> command = {BuiltProgram("antminer_exporter")};
  command.insert(command.end(), arguments_.begin(), arguments_.end());
  process_.emplace(std::move(command), environment_);
  EXPECT_TRUE(WaitFor([this] { return Get("/-/healthy").status == 200 || !process_->Running(); }) &&
              process_->Running())
      << process_->Output();
}

void Exporter::Restart() {
  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->Wait(), 0) << process_->Output();
  Start();
}

std::optional<double> Exporter::Value(const std::string& series) const {
  const Series all = Metrics();
  const auto found = all.find(series);
  if (found == all.end()) return std::nullopt;
  return found->second;
}

bool Exporter::WaitForValue(const std::string& series, double value) const {
  return WaitFor([&] { return Value(series) == value; });
}

bool Exporter::WaitReady() const {
  return WaitFor([this] { return Get("/-/ready").status == 200; });
}

}  // namespace antx::testing
