#include "app/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

namespace antx {
namespace {

void AddSettingFlags(CLI::App& cli, ConfigSources& sources) {
  cli.add_option("--config.file,--config-file", sources.config_file, "Configuration file (YAML)");
  cli.add_option("-s,--subnet", sources.subnets,
                 "Range to sweep (repeatable): CIDR, address, a.b.c.*, a.b.c.d-e. Replaces all "
                 "ranges set elsewhere")
      ->take_all();
  cli.add_option("--web.listen-address", sources.listen_addresses,
                 "Address and port to listen on (repeatable) [0.0.0.0:14028]")
      ->take_all();
  cli.add_option("--web.telemetry-path", sources.telemetry_path, "Path of the metrics [/metrics]");
  cli.add_option("--web.config.file", sources.web_config_file,
                 "TLS and users, in exporter-toolkit format");
  cli.add_option("--log.level", sources.log_level, "debug, info, warning, error, critical [info]");
  cli.add_option("--log.format", sources.log_format, "json or text [json]");
}

CLI::App* AddExport(CLI::App& cli, ExportRequest& request) {
  CLI::App* command =
      cli.add_subcommand("export", "Write the history of a range as OpenMetrics, CSV or NDJSON");
  command->add_option("--format", request.format, "openmetrics, csv or ndjson [openmetrics]");
  command->add_option("--from", request.from,
                      "First time: a date, epoch seconds, or 2h back [the oldest row]");
  command->add_option("--to", request.to, "End, not included [now]");
  command->add_option("--step", request.step, "raw, 5m, 1h or 1d (means) [raw]");
  command->add_option("--miner", request.miners, "Only this miner, id or address (repeatable)")
      ->take_all();
  command->add_option("--output", request.output, "A file instead of standard output");
  return command;
}

CLI::App* AddRender(CLI::App& cli, RenderRequest& request) {
  CLI::App* render = cli.add_subcommand("render", "Write a configuration of another program");
  CLI::App* command =
      render->add_subcommand("alertmanager",
                             "Routes and mails of Alertmanager from SMTP_*, ALERT_EMAIL and "
                             "ALERT_COOLDOWN_MINUTES");
  command->add_option("--output", request.output,
                      "A file, and the mail templates beside it, instead of standard output");
  command->add_option("--password-file", request.password_file,
                      "Write the mail password, if there is one, to this file (mode 0600) for "
                      "Alertmanager to read");
  render->require_subcommand(1);
  return render;
}

CLI::App* AddToken(CLI::App& cli, TokenRequest& request) {
  CLI::App* command = cli.add_subcommand("token", "Make, list and revoke bearer tokens");
  command->require_subcommand(1);
  command->add_option("--file", request.file, "The tokens file instead of web.tokens_file");
  const auto take = [command, &request](const char* name, const char* help,
                                        TokenRequest::Action action) {
    CLI::App* sub = command->add_subcommand(name, help);
    sub->callback([&request, action] { request.action = action; });
    return sub;
  };
  CLI::App* create =
      take("create", "Make a token and print it, this once", TokenRequest::Action::kCreate);
  create->add_option("--name", request.name, "For whom or what it is")->required();
  create->add_option("--scope", request.scope, "read, operate or admin [read]");
  create->add_option("--expires", request.expires, "12h, 90d, 8w, 1y or a date [never]");
  create
      ->add_option("--from", request.from,
                   "Range of addresses that may use it (repeatable) [everywhere]")
      ->take_all();
  CLI::App* list =
      take("list", "List the tokens without their secrets", TokenRequest::Action::kList);
  list->add_flag("--json", request.json, "Print JSON instead of a table");
  CLI::App* revoke = take("revoke", "Take a token away", TokenRequest::Action::kRevoke);
  revoke->add_option("name", request.name, "Its name")->required();
  return command;
}

CLI::App* AddAudit(CLI::App& cli, AuditRequest& request) {
  CLI::App* audit = cli.add_subcommand("audit", "The audit of commands to miners");
  CLI::App* command = audit->add_subcommand(
      "verify", "Check that no row was changed, taken out or put in (0 good, 1 not)");
  command->add_option("--database", request.database,
                      "The file instead of the one beside storage.path");
  audit->require_subcommand(1);
  return audit;
}

}  // namespace

ParsedOptions ParseOptions(const std::vector<std::string>& arguments,
                           const std::string& version_text) {
  Options options;
  bool check = false;
  bool print = false;
  CLI::App cli{"Prometheus exporter for Bitmain Antminer fleets", "antminer_exporter"};
  cli.set_version_flag("--version,-V", version_text);
  cli.set_help_flag("-h,--help", "Print this help and exit");
  cli.fallthrough();
  cli.require_subcommand(0, 1);
  AddSettingFlags(cli, options.sources);
  cli.add_flag("--config.check,--check-config", check,
               "Check the settings and exit (0 good, 1 not)");
  cli.add_flag("--config.print,--print-config", print,
               "Print the settings in force, secrets as ***, and exit");
  cli.add_option("--storage.backup", options.backup_target,
                 "Copy the database to this file, also while it is in use, and exit");
  cli.add_subcommand("serve", "Discover, poll and serve (what happens without a subcommand)");
  CLI::App* scan = cli.add_subcommand("scan", "Sweep the ranges once and list what is there");
  scan->add_flag("--json", options.json, "Print JSON instead of a table");
  CLI::App* probe = cli.add_subcommand("probe", "Poll one miner once and show every step of it");
  probe->add_option("address", options.probe_target, "IPv4 address of the miner")->required();
  probe->add_flag("--json", options.json, "Print JSON instead of text");
  CLI::App* history = AddExport(cli, options.export_request);
  CLI::App* render = AddRender(cli, options.render_request);
  CLI::App* token = AddToken(cli, options.token_request);
  CLI::App* audit = AddAudit(cli, options.audit_request);

  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    cli.parse(reversed);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = cli.exit(error, out, err) == 0 ? 0 : 2;
    return {std::nullopt, code, out.str() + err.str()};
  }
  if (scan->parsed()) options.action = Options::Action::kScan;
  if (probe->parsed()) options.action = Options::Action::kProbe;
  if (token->parsed()) options.action = Options::Action::kToken;
  if (audit->parsed()) options.action = Options::Action::kAuditVerify;
  if (history->parsed()) options.action = Options::Action::kExport;
  if (render->parsed()) options.action = Options::Action::kRender;
  if (!options.backup_target.empty()) options.action = Options::Action::kBackup;
  if (check) options.action = Options::Action::kConfigCheck;
  if (print) options.action = Options::Action::kConfigPrint;
  return {options, 0, ""};
}

}  // namespace antx
