// antminer_farm: a simulated farm on loopback, and the small command to steer it.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "farm/control.h"
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
  std::uint16_t web_port = 0;
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

/// Seconds, from "20" or "20-60" milliseconds.
std::pair<double, double> ParseLatency(const std::string& text) {
  if (text.empty()) return {0, 0};
  const auto parts = SplitList(text, "-");
  const auto least = ParseDouble(parts.empty() ? "" : parts.front());
  const auto most = ParseDouble(parts.empty() ? "" : parts.back());
  if (parts.size() > 2 || !least || !most || *least < 0 || *most < *least || *most > 60'000) {
    throw std::runtime_error("--latency: write milliseconds, 20 or 20-60");
  }
  return {*least / 1000, *most / 1000};
}

ServerOptions ToServerOptions(const Options& options) {
  ServerOptions server;
  server.port = options.port;
  std::tie(server.control_host, server.control_port) = ParseControl(options.control);
  server.web_port = options.web_port;
  server.hung_percent = options.hung;
  server.silent_percent = options.silent;
  server.garbage_percent = options.garbage;
  std::tie(server.latency_min, server.latency_max) = ParseLatency(options.latency);
  if (options.hung + options.silent + options.garbage > 100) {
    throw std::runtime_error("--hung, --silent and --garbage add up to more than 100 percent");
  }
  return server;
}

/// As many descriptors as the system allows; a listener takes one, a silent machine three.
void RaiseDescriptorLimit(const Options& options) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const auto miners = static_cast<rlim_t>(options.miners);
  const rlim_t needed = miners * (options.web_port != 0 ? 2 : 1) +
                        miners * static_cast<rlim_t>(options.silent) / 50 + 128;
  if (limit.rlim_max < needed) {
    throw std::runtime_error("--miners " + std::to_string(miners) + " needs " +
                             std::to_string(needed) + " file descriptors, " +
                             std::to_string(limit.rlim_max) + " are allowed; raise `ulimit -Hn`");
  }
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

Scenario LoadScenario(const std::string& path, const Fleet& fleet) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("--scenario: " + path + " cannot be read");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::string> wrong;
  Scenario scenario = ParseScenario(text, wrong);
  const ScenarioFaults faults = CheckScenario(fleet, scenario);
  if (!faults.missing.empty()) {
    std::cerr << "antminer_farm: " << path << ": " << faults.missing.size()
              << " steps are for machines that this fleet does not have, the first at line "
              << faults.missing.front().substr(5, faults.missing.front().find(':') - 5) << '\n';
  }
  wrong.insert(wrong.end(), faults.wrong.begin(), faults.wrong.end());
  if (wrong.empty()) return scenario;
  std::string all = "--scenario:";
  for (const std::string& fault : wrong) all.append("\n  ").append(path).append(" ").append(fault);
  throw std::runtime_error(all);
}

int Serve(const Options& options) {
  RaiseDescriptorLimit(options);
  Fleet fleet;
  FillFleet({options.miners, options.base, options.seed,
             options.profile.empty() ? options.mix : options.profile},
            fleet);
  fleet.SetSpeed(options.speed);
  if (options.frozen) fleet.Freeze();
  Scenario scenario;
  if (!options.scenario.empty()) scenario = LoadScenario(options.scenario, fleet);
  boost::asio::io_context io(1);
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
  Server server(io, fleet, ToServerOptions(options));
  server.Play(scenario);
  std::cout << "antminer_farm ready: " << options.miners << " miners on " << options.base << '-'
            << fleet.members().back().miner.address().ToString() << " port " << options.port
            << ", control " << options.control << std::endl;
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
  cli.add_option("--miners", options.miners, "How many")->check(CLI::Range(1, 65534));
  cli.add_option("--base", options.base, "First address, inside 127.0.0.0/8");
  cli.add_option("--port", options.port, "API port");
  cli.add_option("--web-port", options.web_port, "Port of the machines' web side; 0: none");
  cli.add_option("--control", options.control, "Address of the control port");
  cli.add_option("--seed", options.seed, "Another seed, other values");
  cli.add_option("--profile", options.profile, "Only this kind of machine")
      ->excludes(cli.add_option("--mix", options.mix, "Kinds with weights: s19pro:3,s9:1"));
  cli.add_option("--latency", options.latency, "Milliseconds before an answer: 20 or 20-60");
  cli.add_option("--hung", options.hung, "Percent that accept and never answer")
      ->check(CLI::Range(0, 100));
  cli.add_option("--silent", options.silent, "Percent that do not answer at all")
      ->check(CLI::Range(0, 100));
  cli.add_option("--garbage", options.garbage, "Percent that answer nonsense")
      ->check(CLI::Range(0, 100));
  cli.add_option("--scenario", options.scenario, "File of what happens when");
  cli.add_option("--speed", options.speed, "Simulated seconds per second")
      ->check(CLI::Range(0.001, 100000.0));
  cli.add_flag("--frozen", options.frozen, "Time stands still: values do not change");
  cli.add_flag("--list-profiles", options.list_profiles, "Print the kinds of machine");
  CLI::App* control = cli.add_subcommand("ctl", "Steer a running simulator");
  control->add_option("--control", options.control, "Address of the control port");
  control
      ->add_option("words", options.words,
                   "list | get ADDRESS | web ADDRESS | fault ADDRESSES NAME [ARGUMENT] | clear "
                   "ADDRESSES [NAME] "
                   "| set ADDRESSES KEY VALUE | stats | freeze | unfreeze | quit; "
                   "ADDRESSES: one, FIRST-LAST or all")
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
