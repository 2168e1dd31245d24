#include "unit/antminer/recorded_devices.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace antx {

namespace fs = std::filesystem;

fs::path RecordingsFolder() {
  const char* set = std::getenv("ANTMINER_RECORDINGS");
  return set != nullptr ? set : ANTX_DEFAULT_RECORDINGS;
}

std::string ReadWholeFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> RecordedDevices() {
  std::vector<std::string> devices;
  std::error_code missing;
  for (const auto& entry : fs::recursive_directory_iterator(RecordingsFolder(), missing)) {
    if (!entry.is_directory()) continue;
    const bool has_files = std::any_of(fs::directory_iterator(entry.path()), {},
                                       [](const auto& file) { return file.is_regular_file(); });
    if (has_files) devices.push_back(fs::relative(entry.path(), RecordingsFolder()).string());
  }
  std::sort(devices.begin(), devices.end());
  if (devices.empty()) devices.emplace_back("none");
  return devices;
}

std::vector<RawReply> RecordedReplies(const std::string& device) {
  std::vector<RawReply> replies;
  for (const auto& entry : fs::directory_iterator(RecordingsFolder() / device)) {
    const std::string command = entry.path().stem().string();
    if (command == "expected" || command.starts_with("web_")) continue;
    std::string body = ReadWholeFile(entry.path());
    while (!body.empty() && body.back() == '\0') body.pop_back();
    const bool joined = command.starts_with("joined_");
    replies.push_back({joined ? command.substr(7) : command, std::move(body)});
  }
  std::sort(replies.begin(), replies.end(),
            [](const RawReply& a, const RawReply& b) { return a.command < b.command; });
  return replies;
}

std::string DeviceName(std::string device) {
  std::replace_if(
      device.begin(), device.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return device;
}

}  // namespace antx
