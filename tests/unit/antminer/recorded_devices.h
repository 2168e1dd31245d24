// The folders of recorded replies, for every test that reads them. They are not part of
// this repository: $ANTMINER_RECORDINGS names them, and tests skip where they are absent.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "antminer/decode.h"

namespace antx {

/// $ANTMINER_RECORDINGS, else the folder set at build time.
[[nodiscard]] std::filesystem::path RecordingsFolder();
/// Every folder that holds files ("stock-x19/s19pro-20221206"); {"none"} without recordings.
[[nodiscard]] std::vector<std::string> RecordedDevices();
/// The replies of port 4028 of one device, as the network layer hands them over.
[[nodiscard]] std::vector<RawReply> RecordedReplies(const std::string& device);
/// A device as part of a test or file name.
[[nodiscard]] std::string DeviceName(std::string device);
[[nodiscard]] std::string ReadWholeFile(const std::filesystem::path& path);

}  // namespace antx
