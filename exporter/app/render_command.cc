#include "app/render_command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "app/alertmanager_config.h"
#include "config/read_file.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr mode_t kSecretMode = 0600;
constexpr mode_t kPublicMode = 0644;
constexpr std::size_t kMostPasswordBytes = 65536;

std::string LastError() { return std::generic_category().message(errno); }

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(descriptor) == 0;
}

/// Replaces the file in one step. An existing file keeps its owner, so that a password stays
/// readable for the service. Returns what went wrong, or nothing.
std::string ReplaceFile(const std::string& path, std::string_view text, mode_t mode) {
  struct stat old {};
  const bool exists = stat(path.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode)) return path + ": exists and is no regular file";
  std::string temporary = path + ".XXXXXX";
  const int descriptor = mkstemp(temporary.data());
  if (descriptor < 0) return path + ": cannot be written: " + LastError();
  // Without the right to give files away the new owner stays; that is no fault.
  if (exists && fchown(descriptor, old.st_uid, old.st_gid) != 0) errno = 0;
  bool good = fchmod(descriptor, mode) == 0 && WriteAll(descriptor, text);
  good = close(descriptor) == 0 && good;
  if (good && rename(temporary.c_str(), path.c_str()) == 0) return {};
  std::string fault = path + ": cannot be written: " + LastError();
  (void)unlink(temporary.c_str());
  return fault;
}

std::string Absolute(const std::string& path) {
  std::error_code ignored;
  const auto absolute = std::filesystem::absolute(path, ignored);
  return absolute.empty() ? path : absolute.lexically_normal().string();
}

struct PasswordPlace {
  std::string file;    ///< What Alertmanager is told; "" without a password.
  bool write = false;  ///< The file has to be made first.
  std::string fault;
  std::string note;
};

/// Alertmanager before 0.27 takes a line break at the end of the file for a part of the password.
bool EndsWithBlank(const std::string& path) {
  const FileText file = ReadTextFile(path, kMostPasswordBytes);
  return file.text && Trim(*file.text) != *file.text;
}

PasswordPlace FindPassword(const Config& config, const std::string& requested) {
  if (config.smtp.password.empty()) return {};
  if (!requested.empty()) return {Absolute(requested), true, "", ""};
  const auto source = config.secret_files.find("smtp.password");
  if (source == config.secret_files.end()) {
    return {"", false,
            "SMTP_PASSWORD: Alertmanager takes the password from a file only; set "
            "SMTP_PASSWORD_FILE instead, or give --password-file PATH to have it written there",
            ""};
  }
  PasswordPlace place{Absolute(source->second), false, "", ""};
  if (EndsWithBlank(place.file)) {
    place.note = place.file +
                 " ends with a line break, which Alertmanager before 0.27 takes for a part of the "
                 "password; --password-file PATH writes a copy without it";
  }
  return place;
}

/// Writes configuration and templates; returns what went wrong, or nothing.
std::string WriteFiles(const std::string& output, const std::string& text, std::ostream& messages) {
  const std::string templates =
      (std::filesystem::path(output).parent_path() / kAlertmanagerTemplatesName).string();
  std::string fault = ReplaceFile(templates, AlertmanagerTemplates(), kPublicMode);
  if (fault.empty()) fault = ReplaceFile(output, text, kPublicMode);
  if (fault.empty()) messages << output << " and " << templates << " written\n";
  return fault;
}

}  // namespace

int RunRender(const Config& config, const RenderRequest& request, std::ostream& out,
              std::ostream& messages) {
  const PasswordPlace password = FindPassword(config, request.password_file);
  RenderedAlertmanager rendered = RenderAlertmanager(config, password.file);
  if (!password.fault.empty()) rendered.faults.push_back(password.fault);
  for (const std::string& fault : rendered.faults) messages << fault << '\n';
  if (!rendered.faults.empty()) {
    messages << rendered.faults.size() << " fault(s) in the mail settings; nothing was written\n";
    return 1;
  }
  for (const std::string& note : rendered.notes) messages << "note: " << note << '\n';
  if (!password.note.empty()) messages << "note: " << password.note << '\n';
  if (password.write) {
    const std::string fault = ReplaceFile(password.file, config.smtp.password, kSecretMode);
    if (!fault.empty()) {
      messages << "--password-file: " << fault << '\n';
      return 1;
    }
    messages << "note: " << password.file
             << " written, mode 0600; the user that runs Alertmanager must own it\n";
  }
  if (request.output.empty() || request.output == "-") {
    messages << "note: the mail templates belong beside it; --output FILE writes them too\n";
    out << rendered.text;
    return out.flush() ? 0 : 1;
  }
  const std::string fault = WriteFiles(request.output, rendered.text, messages);
  if (!fault.empty()) {
    messages << "--output: " << fault << '\n';
    return 1;
  }
  return 0;
}

}  // namespace antx
