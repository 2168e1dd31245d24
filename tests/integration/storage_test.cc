// The exporter with a disk that fails: it keeps serving, says so, and goes on by itself.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "integration/harness.h"

namespace antx::testing {
namespace {

/// A small file system of its own; not usable without the rights to mount.
class SmallDisk {
 public:
  explicit SmallDisk(const char* size) : path_(folder_.Path("disk")) {
    std::filesystem::create_directories(path_);
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, size) == 0;
    if (!mounted_) reason_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] std::string Path(const std::string& name) const { return path_ + '/' + name; }
  void FillUp() const {
    std::ofstream file(Path("filler"), std::ios::binary);
    const std::string block(4096, 'x');
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  void Free() const { std::filesystem::remove(Path("filler")); }

 private:
  TempFolder folder_;
  std::string path_;
  bool mounted_ = false;
  std::string reason_;
};

double Rows(const Exporter& exporter) {
  return exporter.Value("antminer_exporter_database_rows_written_total{table=\"rounds\"}")
      .value_or(0);
}

TEST(StorageTest, AFullDiskIsToldServedThroughAndLeftBehind) {
  const SmallDisk disk("size=8m");
  if (!disk.mounted()) GTEST_SKIP() << "no small disk can be mounted here: " << disk.reason();
  const std::string network = OwnNetwork();
  const Farm farm(20, network + "1");
  const Exporter exporter(network + "0/27", {{"STORAGE_PATH", disk.Path("metrics.db")}});
  ASSERT_TRUE(exporter.WaitForValue("antminer_exporter_database_up", 1));
  ASSERT_TRUE(WaitFor([&] { return Rows(exporter) > 0; }));

  disk.FillUp();
  ASSERT_TRUE(exporter.WaitForValue("antminer_exporter_database_up", 0));
  EXPECT_TRUE(exporter.Value("antminer_up{miner=\"" + network + "1\"}").has_value());
  EXPECT_EQ(exporter.Get("/readyz").status, 503);
  EXPECT_NE(exporter.Log().find("free disk space"), std::string::npos);

  disk.Free();
  ASSERT_TRUE(WaitFor([&] { return exporter.Value("antminer_exporter_database_up") == 1.0; },
                      std::chrono::seconds(60)));
  const double rows = Rows(exporter);
  EXPECT_TRUE(WaitFor([&] { return Rows(exporter) > rows; }));
  EXPECT_EQ(exporter.Value("antminer_exporter_events_total{kind=\"database_failed\"}"), 1.0);
  EXPECT_EQ(exporter.Value("antminer_exporter_events_total{kind=\"database_recovered\"}"), 1.0);
}

TEST(StorageTest, RowsOutliveAKillAndComeOutOfTheExport) {
  const TempFolder folder;
  const std::string database = folder.Path("metrics.db");
  const std::string network = OwnNetwork();
  const Farm farm(3, network + "1");
  {
    Exporter exporter(network + "0/29", {{"STORAGE_PATH", database}});
    ASSERT_TRUE(WaitFor([&] { return Rows(exporter) > 20; }));
    exporter.process().Signal(SIGKILL);
  }
  const auto csv =
      antx::testing::Run({BuiltProgram("antminer_exporter"), "export", "--format", "csv"},
                         {{"STORAGE_PATH", database}});
  EXPECT_EQ(csv.code, 0) << csv.output;
  EXPECT_NE(csv.output.find("," + network + "2,"), std::string::npos) << csv.output;
  const auto backup = antx::testing::Run(
      {BuiltProgram("antminer_exporter"), "--storage.backup", folder.Path("copy.db")},
      {{"STORAGE_PATH", database}});
  EXPECT_EQ(backup.code, 0) << backup.output;
  EXPECT_TRUE(std::filesystem::exists(folder.Path("copy.db")));
  EXPECT_TRUE(std::filesystem::exists(folder.Path("copy.market.db"))) << backup.output;
  const auto again = antx::testing::Run(
      {BuiltProgram("antminer_exporter"), "--storage.backup", folder.Path("copy.db")},
      {{"STORAGE_PATH", database}});
  EXPECT_EQ(again.code, 1);
  EXPECT_NE(again.output.find("exists already"), std::string::npos) << again.output;
  const auto wrong =
      antx::testing::Run({BuiltProgram("antminer_exporter"), "export", "--from", "yesterday"},
                         {{"STORAGE_PATH", database}});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.output.find("yesterday"), std::string::npos);
}

}  // namespace
}  // namespace antx::testing
