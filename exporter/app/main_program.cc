#include "app/main_program.h"

#include <malloc.h>
#include <sys/resource.h>

#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "app/app.h"
#include "app/audit_command.h"
#include "app/export_command.h"
#include "app/options.h"
#include "app/probe_command.h"
#include "app/render_command.h"
#include "app/scan_command.h"
#include "config/load.h"

extern char** environ;  // NOLINT: POSIX spells it so

namespace antx {
namespace {

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

std::string VersionText() {
  const BuildFacts facts = ThisBuild();
  return "antminer_exporter, version " + facts.version + " (branch: " + facts.branch +
         ", revision: " + facts.revision + ")\n  compiler: " + facts.compiler +
         "\n  build date: " + facts.date;
}

/// Sweeps and large fleets need more than the usual 1,024 descriptors.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/// Pages and history of a large fleet come and go: glibc would keep them in an arena for each
/// thread. 5,000 miners: 90 MB instead of 105 MB (tests/bench/bench_soak.py).
void GiveMemoryBack() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_TRIM_THRESHOLD, 1 << 20);
  mallopt(M_MMAP_THRESHOLD, 1 << 18);
#endif
}

/// --config.check: what the settings name must be good, too.
int CheckFiles(const Config& config) {
  const std::vector<std::string> faults = AccessFaults(config.web);
  for (const std::string& fault : faults) std::cerr << fault << '\n';
  if (faults.empty()) std::cout << "the settings are good\n";
  return faults.empty() ? 0 : 1;
}

int Run(const Options& options) {
  LoadedConfig loaded = LoadConfig(options.sources);
  for (const std::string& fault : loaded.faults) std::cerr << fault << '\n';
  if (!loaded.config) {
    std::cerr << loaded.faults.size() << " fault(s) in the settings; nothing was started\n";
    return 1;
  }
  switch (options.action) {
    case Options::Action::kToken:
      return RunToken(*loaded.config, options.token_request, RealClock(), std::cout, std::cerr);
    case Options::Action::kAuditVerify:
      return RunAuditVerify(*loaded.config, options.audit_request, std::cout, std::cerr);
    case Options::Action::kConfigCheck:
      for (const std::string& warning : loaded.warnings)
        std::cerr << "warning: " << warning << '\n';
      return CheckFiles(*loaded.config);
    case Options::Action::kConfigPrint:
      std::cout << PrintConfig(*loaded.config);
      return 0;
    case Options::Action::kProbe:
      return RunProbe(*loaded.config, options.probe_target, options.json, std::cout);
    case Options::Action::kScan:
      return RunScan(*loaded.config, options.json, std::cout);
    case Options::Action::kExport:
      return RunExport(*loaded.config, options.export_request, std::cout, std::cerr);
    case Options::Action::kRender:
      return RunRender(*loaded.config, options.render_request, std::cout, std::cerr);
    case Options::Action::kBackup:
      return RunBackup(*loaded.config, options.backup_target, std::cerr);
    case Options::Action::kServe:
      break;
  }
  GiveMemoryBack();
  RaiseDescriptorLimit();
  Logger log(loaded.config->logging.level, loaded.config->logging.format);
  log.SetSecrets(SecretValues(*loaded.config));
  const LoggingConfig& logging = loaded.config->logging;
  if (!logging.directory.empty()) {
    const std::string fault = log.OpenFiles(logging.directory, logging.retention_days);
    if (!fault.empty()) {
      std::cerr << fault << "\nnothing was started\n";
      return 1;
    }
  }
  for (const std::string& warning : loaded.warnings) log.Warn("config", warning);
  App app(std::make_shared<const Config>(*loaded.config), options.sources, log);
  return app.Run();
}

}  // namespace

int RunProgram(int argc, char** argv) {
  try {
    ParsedOptions parsed =
        ParseOptions(std::vector<std::string>(argv + 1, argv + argc), VersionText());
    if (!parsed.options) {
      (parsed.exit_code == 0 ? std::cout : std::cerr) << parsed.text;
      return parsed.exit_code;
    }
    parsed.options->sources.environment = Environment();
    return Run(*parsed.options);
  } catch (const std::exception& error) {
    std::cerr << "antminer_exporter: " << error.what() << '\n';
    return 1;
  }
}

}  // namespace antx
