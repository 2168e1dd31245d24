// antminer_farm: a simulated farm on loopback, and the small command to steer it.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "farm/profiles.h"
#include "farm/server.h"
#include "util/text.h"

namespace {

using namespace antx;        // NOLINT: this file is the program
using namespace antx::farm;  // NOLINT

struct Options {
  int miners = 20;
  std::string base = "127.10.0.1";
  std::uint16_t port = 4028;
  std::string control = "127.0.0.1:14029";
  std::uint64_t seed = 1;
  std::string profile;
  std::string mix;
  std::string latency;
  std::string scenario;
  double speed = 1;
  int hung = 0, silent = 0, garbage = 0;
  bool frozen = false;
  bool list_profiles = false;
  std::vector<std::string> words;
};

/// "127.0.0.1:14029" in parts; loopback only.
std::pair<std::string, std::uint16_t> ParseControl(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto host = Ipv4::Parse(text.substr(0, colon));
  const auto port = ParseInt(colon == std::string::npos ? "" : text.substr(colon + 1));
  if (!host || !host->IsLoopback() || !port || *port < 0 || *port > 65535) {
    throw std::runtime_error("--control: \"" + text + "\" is no 127.x.y.z:port");
  }
  return {host->ToString(), static_cast<std::uint16_t>(*port)};
}

/// Profiles of the fleet, one a machine, weights spread evenly.
std::vector<const Profile*> Mix(const Options& options) {
  std::vector<const Profile*> wheel;
  if (!options.profile.empty() || !options.mix.empty()) {
    for (const std::string_view item :
         SplitList(options.profile.empty() ? options.mix : options.profile, ",")) {
      const auto colon = std::min(item.find(':'), item.size());
      const Profile* profile = FindProfile(item.substr(0, colon));
      const auto weight =
          colon < item.size() ? ParseInt(item.substr(colon + 1)) : std::optional<std::int64_t>(1);
      if (profile == nullptr || !weight || *weight < 1 || *weight > 1000) {
        throw std::runtime_error("\"" + std::string(item) +
                                 "\" is no profile:weight; see --list-profiles");
      }
      wheel.insert(wheel.end(), static_cast<std::size_t>(*weight), profile);
    }
    return wheel;
  }
  for (const Profile& profile : AllProfiles()) {
    wheel.insert(wheel.end(), static_cast<std::size_t>(profile.weight), &profile);
  }
  return wheel;
}

void FillFleet(const Options& options, Fleet& fleet) {
  const auto base = Ipv4::Parse(options.base);
  const auto last =
      base ? Ipv4{base->value + static_cast<std::uint32_t>(options.miners) - 1} : Ipv4{0};
  if (!base || !base->IsLoopback() || !last.IsLoopback()) {
    throw std::runtime_error("--base: the simulator stays inside 127.0.0.0/8");
  }
  const auto wheel = Mix(options);
  for (int i = 0; i < options.miners; ++i) {
    // A step that is prime to the length of the wheel mixes neighbours.
    const auto place = static_cast<std::size_t>(i) * 7 % wheel.size();
    fleet.Add(*wheel[wheel.size() % 7 == 0 ? static_cast<std::size_t>(i) % wheel.size() : place],
              Ipv4{base->value + static_cast<std::uint32_t>(i)}, options.seed);
  }
}

ServerOptions ToServerOptions(const Options& options) {
  ServerOptions server;
  server.port = options.port;
  server.control_port = ParseControl(options.control).second;
  server.hung_percent = options.hung;
  server.silent_percent = options.silent;
  server.garbage_percent = options.garbage;
  const auto parts = SplitList(options.latency, "-");
  if (!parts.empty()) {
    server.latency_min = ParseDouble(parts.front()).value_or(0) / 1000;
    server.latency_max = ParseDouble(parts.back()).value_or(0) / 1000;
  }
  return server;
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

Scenario LoadScenario(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("--scenario: " + path + " cannot be read");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::string> faults;
  Scenario scenario = ParseScenario(text, faults);
  if (!faults.empty()) throw std::runtime_error(path + ": " + faults.front());
  return scenario;
}

int Serve(const Options& options) {
  RaiseDescriptorLimit();
  Fleet fleet;
  FillFleet(options, fleet);
  fleet.SetSpeed(options.speed);
  if (options.frozen) fleet.Freeze();
  boost::asio::io_context io(1);
  Server server(io, fleet, ToServerOptions(options));
  if (!options.scenario.empty()) server.Play(LoadScenario(options.scenario));
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
  std::cout << "antminer_farm ready: " << options.miners << " miners from " << options.base
            << " port " << options.port << ", control " << options.control << std::endl;
  io.run();
  return 0;
}

int Control(const Options& options) {
  const auto [host, port] = ParseControl(options.control);
  std::string line;
  for (const std::string& word : options.words) line += (line.empty() ? "" : " ") + word;
  const std::string answer = AskControl(host, port, line);
  std::cout << answer << '\n';
  return answer.starts_with("error") ? 1 : 0;
}

int ListProfiles() {
  for (const Profile& profile : AllProfiles()) {
    std::cout << profile.name << "  " << profile.type << '\n';
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App cli{"Simulates a farm of Antminers on loopback", "antminer_farm"};
  cli.add_option("--miners", options.miners, "How many")->check(CLI::Range(1, 60000));
  cli.add_option("--base", options.base, "First address, inside 127.0.0.0/8");
  cli.add_option("--port", options.port, "API port");
  cli.add_option("--control", options.control, "Address of the control port");
  cli.add_option("--seed", options.seed, "Another seed, other values");
  cli.add_option("--profile", options.profile, "Only this kind of machine");
  cli.add_option("--mix", options.mix, "Kinds with weights: s19pro:3,s9:1");
  cli.add_option("--latency", options.latency, "Milliseconds before an answer: 20 or 20-60");
  cli.add_option("--hung", options.hung, "Percent that accept and never answer");
  cli.add_option("--silent", options.silent, "Percent that do not answer at all");
  cli.add_option("--garbage", options.garbage, "Percent that answer nonsense");
  cli.add_option("--scenario", options.scenario, "File of what happens when");
  cli.add_option("--speed", options.speed, "Simulated seconds per second");
  cli.add_flag("--frozen", options.frozen, "Time stands still: values do not change");
  cli.add_flag("--list-profiles", options.list_profiles, "Print the kinds of machine");
  CLI::App* control = cli.add_subcommand("ctl", "Steer a running simulator");
  control->add_option("--control", options.control, "Address of the control port");
  control
      ->add_option("words", options.words,
                   "list | get ADDRESS | fault ADDRESS|all NAME [ARGUMENT] | clear ADDRESS|all | "
                   "stats | freeze | unfreeze")
      ->required();
  try {
    cli.parse(argc, argv);
    if (options.list_profiles) return ListProfiles();
    return control->parsed() ? Control(options) : Serve(options);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error);
  } catch (const std::exception& error) {
    std::cerr << "antminer_farm: " << error.what() << '\n';
    return 1;
  }
}
