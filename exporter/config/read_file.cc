#include "config/read_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <ios>
#include <system_error>

namespace antx {

FileText ReadTextFile(const std::string& path, std::size_t most_bytes) {
  FileText result;
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    result.absent = errno == ENOENT;
    result.fault = "cannot be read: " + std::generic_category().message(errno);
    return result;
  }
  // A pipe without a writer would block the start for ever. /dev/null is a device.
  if (!S_ISREG(info.st_mode) && !S_ISCHR(info.st_mode)) {
    result.fault = "cannot be read: it is no regular file";
    return result;
  }
  result.world_readable = (info.st_mode & S_IROTH) != 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(most_bytes + 1, '\0');
  errno = 0;
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file && !file.eof()) {
    result.fault = "cannot be read: " + std::generic_category().message(errno);
    return result;
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > most_bytes) {
    result.fault = "is larger than " + std::to_string(most_bytes) + " bytes";
    return result;
  }
  result.text = std::move(text);
  return result;
}

}  // namespace antx
