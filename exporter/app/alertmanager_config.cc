#include "app/alertmanager_config.h"

#include <algorithm>
#include <array>

#include "util/text.h"

namespace antx {
namespace {

constexpr int kImplicitTlsPort = 465;
constexpr int kStarttlsPort = 587;

/// Words that examples put where something of one's own belongs.
constexpr std::array<std::string_view, 22> kPlaceholderParts = {
    "${",           "$(",          "{{",         "<",           ">",           "***",
    "changeme",     "change-me",   "change_me",  "placeholder", "your-domain", "your_domain",
    "yourdomain",   "your-email",  "your_email", "youremail",   "your-server", "your_server",
    "your-company", "yourcompany", "your-smtp",  "your_smtp"};
constexpr std::array<std::string_view, 8> kPlaceholderPasswords = {
    "password",          "secret",       "your-password",
    "your_password",     "yourpassword", "your-app-password",
    "your_app_password", "app-password"};
/// Names that exist for documentation only (RFC 2606).
constexpr std::array<std::string_view, 5> kReservedDomains = {"example.com", "example.org",
                                                              "example.net", "example", "invalid"};

bool HasPlaceholder(std::string_view text) {
  return std::any_of(kPlaceholderParts.begin(), kPlaceholderParts.end(),
                     [text](std::string_view part) { return ContainsNoCase(text, part); });
}

bool IsReserved(std::string_view host) {
  return std::any_of(
      kReservedDomains.begin(), kReservedDomains.end(), [host](std::string_view domain) {
        if (host.size() < domain.size()) return false;
        const auto rest = host.size() - domain.size();
        return EqualsNoCase(host.substr(rest), domain) && (rest == 0 || host[rest - 1] == '.');
      });
}

bool IsPlaceholderAddress(std::string_view address) {
  const auto at = address.rfind('@');
  return HasPlaceholder(address) ||
         (at != std::string_view::npos && IsReserved(address.substr(at + 1)));
}

/// A password may hold anything, so only what is nothing but a placeholder counts.
bool IsPlaceholderPassword(std::string_view password) {
  const bool variable = (password.starts_with("${") && password.ends_with('}')) ||
                        (password.starts_with("{{") && password.ends_with("}}")) ||
                        (password.starts_with('<') && password.ends_with('>'));
  const bool stars = password.find_first_not_of("*xX") == std::string_view::npos;
  return variable || stars || EqualsNoCase(password, "changeme") ||
         EqualsNoCase(password, "change-me") || EqualsNoCase(password, "change_me") ||
         std::any_of(kPlaceholderPasswords.begin(), kPlaceholderPasswords.end(),
                     [password](std::string_view word) { return EqualsNoCase(password, word); });
}

std::vector<std::string> MailFaults(const Config& config) {
  const SmtpConfig& smtp = config.smtp;
  std::vector<std::string> faults;
  if (smtp.host.empty()) {
    const std::string_view set = !config.alerts.email_to.empty() ? "ALERT_EMAIL" : "SMTP_USER";
    faults.push_back("SMTP_SERVER: not set, but " + std::string(set) +
                     " is; name the mail server, or unset both for no mail");
  } else if (HasPlaceholder(smtp.host) || IsReserved(smtp.host)) {
    faults.push_back("SMTP_SERVER: \"" + smtp.host +
                     "\" is a placeholder; set the name of your mail server");
  }
  if (config.alerts.email_to.empty() && !smtp.host.empty()) {
    faults.emplace_back(
        "ALERT_EMAIL: not set, but SMTP_SERVER is; set who gets the mails, or unset both for no "
        "mail");
  }
  for (const std::string& address : config.alerts.email_to) {
    if (!IsPlaceholderAddress(address)) continue;
    faults.push_back("ALERT_EMAIL: \"" + address + "\" is a placeholder; set who gets the mails");
  }
  if (IsPlaceholderAddress(smtp.username)) {
    faults.push_back("SMTP_USER: \"" + smtp.username +
                     "\" is a placeholder; set the login of your mail server");
  }
  if (!smtp.password.empty() && IsPlaceholderPassword(smtp.password)) {
    faults.emplace_back("SMTP_PASSWORD: the value is a placeholder; set the real password");
  }
  return faults;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + '\'';
}

/// STARTTLS is asked for wherever a password would go over the wire.
bool NeedsStarttls(const SmtpConfig& smtp) {
  if (smtp.port == kImplicitTlsPort) return false;  // Encrypted from the first byte.
  return smtp.port == kStarttlsPort || !smtp.username.empty();
}

/// The login where it is an address, else the first recipient (as the old system did).
std::string Sender(const Config& config) {
  const std::string& user = config.smtp.username;
  return user.find('@') != std::string::npos ? user : config.alerts.email_to.front();
}

std::vector<std::string> SmtpLines(const Config& config, const std::string& password_file) {
  const SmtpConfig& smtp = config.smtp;
  const bool is_ipv6 = smtp.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? '[' + smtp.host + ']' : smtp.host;
  std::vector<std::string> lines = {
      "smtp_smarthost: " + Quoted(host + ':' + std::to_string(smtp.port)),
      "smtp_from: " + Quoted(Sender(config)),
      std::string("smtp_require_tls: ") + (NeedsStarttls(smtp) ? "true" : "false") +
          (smtp.port == kImplicitTlsPort ? " # STARTTLS; port 465 is encrypted from the start."
                                         : "")};
  if (!smtp.username.empty()) {
    lines.push_back("smtp_auth_username: " + Quoted(smtp.username));
    lines.push_back("smtp_auth_password_file: " + Quoted(password_file));
  }
  return lines;
}

std::vector<std::string> MailLines(const std::vector<std::string>& to, bool send_resolved) {
  std::string addresses;
  for (const std::string& address : to) addresses += (addresses.empty() ? "" : ", ") + address;
  return {"email_configs:",
          "  - to: " + Quoted(addresses),
          std::string("    send_resolved: ") + (send_resolved ? "true" : "false"),
          "    headers: {Subject: '{{ template \"antminer.subject\" . }}'}",
          "    html: '{{ template \"antminer.html\" . }}'",
          "    text: '{{ template \"antminer.text\" . }}'"};
}

}  // namespace

std::string FillMarks(std::string_view base, const std::vector<MarkedBlock>& blocks) {
  std::string filled;
  while (!base.empty()) {
    const auto end = std::min(base.find('\n'), base.size());
    std::string_view line = base.substr(0, end);
    base.remove_prefix(std::min(end + 1, base.size()));
    const auto mark = line.rfind("#@");
    const auto name = mark == std::string_view::npos ? "" : line.substr(mark + 2);
    // The head of the file talks about marks; a name is one word.
    if (name.empty() || name.find_first_of(" \"") != std::string_view::npos) {
      filled.append(line).push_back('\n');
      continue;
    }
    const auto block = std::find_if(blocks.begin(), blocks.end(),
                                    [name](const MarkedBlock& b) { return b.name == name; });
    const std::string indent(line.find_first_not_of(' '), ' ');
    if (block != blocks.end()) {
      for (const std::string& text : block->lines) filled += indent + text + '\n';
    } else if (!Trim(line.substr(0, mark)).empty()) {
      filled += indent + std::string(Trim(line.substr(0, mark))) + '\n';
    }
  }
  return filled;
}

RenderedAlertmanager RenderAlertmanager(const Config& config, const std::string& password_file) {
  RenderedAlertmanager result;
  const SmtpConfig& smtp = config.smtp;
  const int minutes = config.alerts.cooldown_minutes;
  std::vector<MarkedBlock> blocks = {
      {"cooldown", {"repeat_interval: " + std::to_string(minutes) + 'm'}}};
  if (smtp.host.empty() && smtp.username.empty() && config.alerts.email_to.empty()) {
    result.notes.emplace_back(
        "no mail settings (SMTP_SERVER, ALERT_EMAIL): alerts show on Alertmanager's page and "
        "nobody gets mail");
  } else {
    result.faults = MailFaults(config);
    if (!result.faults.empty()) return result;
    blocks.push_back({"smtp", SmtpLines(config, password_file)});
    blocks.push_back({"mail", MailLines(config.alerts.email_to, true)});
    blocks.push_back({"mail_digest", MailLines(config.alerts.email_to, false)});
    if (smtp.port != kImplicitTlsPort && !NeedsStarttls(smtp)) {
      result.notes.push_back("port " + std::to_string(smtp.port) +
                             " without SMTP_USER: mails go to the server unencrypted");
    }
  }
  result.text = FillMarks(AlertmanagerBase(), blocks);
  return result;
}

}  // namespace antx
