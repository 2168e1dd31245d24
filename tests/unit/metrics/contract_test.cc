// The generator: what it makes, and what it refuses.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace antx {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ContractTest : public testing::Test {
 protected:
  ContractTest() {
    std::string name = (fs::temp_directory_path() / "antx_contract_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~ContractTest() override { fs::remove_all(folder_); }

  /// Exit code of the generator for this file.
  int Generate(const fs::path& contract) const {
    const std::string command = std::string(ANTX_CONTRACT_GEN) + " '" + contract.string() + "' '" +
                                (folder_ / "out.h").string() + "' '" +
                                (folder_ / "out.md").string() + "' 2>/dev/null";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int GenerateText(const std::string& families) const {
    const fs::path path = folder_ / "contract.yaml";
    std::ofstream(path) << "families:\n" << families;
    return Generate(path);
  }
  fs::path folder_;
};

constexpr const char* kGood =
    "  - {name: antminer_x, type: gauge, group: miner, labels: [miner], help: \"Fine.\"}\n";

TEST_F(ContractTest, TheReferencePageIsTheOneOfTheContract) {
  ASSERT_EQ(Generate(ANTX_CONTRACT), 0);
  EXPECT_EQ(ReadFile(folder_ / "out.md"), ReadFile(ANTX_REFERENCE))
      << "copy generated/METRICS.md of the build to exporter/metrics/METRICS.md";
}

TEST_F(ContractTest, AGoodFamilyPasses) {
  EXPECT_EQ(GenerateText(kGood), 0);
  EXPECT_NE(ReadFile(folder_ / "out.h").find("kX,"), std::string::npos);
}

TEST_F(ContractTest, FaultsFailTheBuild) {
  const char* const faults[] = {
      "  - {name: antminer_x, type: meter, group: miner, labels: [], help: \"A.\"}\n",
      "  - {name: antminer_x, type: gauge, group: miner, labels: [], help: \"No stop\"}\n",
      "  - {name: antminer_x, type: gauge, group: miner, labels: []}\n",
      "  - {name: antminer_x, type: gauge, labels: [], help: \"A.\"}\n",
      "  - {name: antminer_x, type: counter, group: miner, labels: [], help: \"A.\"}\n",
      "  - {name: antminer_x_total, type: gauge, group: miner, labels: [], help: \"A.\"}\n",
      "  - {name: antminer_x_info, type: gauge, group: miner, labels: [], help: \"A.\"}\n",
      "  - {name: antminer_x, type: info, group: miner, labels: [], help: \"A.\"}\n",
      "  - {name: Antminer_X, type: gauge, group: miner, labels: [], help: \"A.\"}\n",
      "  - {name: antminer:x, type: gauge, group: miner, labels: [], help: \"A.\"}\n",
      "  - {name: antminer_x, type: gauge, group: miner, labels: [m, m], help: \"A.\"}\n",
      "  - {name: antminer_x, type: gauge, group: miner, labels: [\"0\"], help: \"A.\"}\n",
      "  - {name: antminer_x, type: gauge, group: miner, labels: [], help: 'A \"quote\".'}\n",
      "  - {name: antminer_x, type: gauge, group: miner, lable: [], help: \"A.\"}\n",
      "  - {type: gauge, group: miner, labels: [], help: \"A.\"}\n",
      "  - [\n",
  };
  for (const char* fault : faults) EXPECT_EQ(GenerateText(fault), 1) << fault;
  EXPECT_EQ(GenerateText(std::string(kGood) + kGood), 1) << "the same family twice";
  EXPECT_EQ(GenerateText(std::string(kGood) +
                         "  - {name: antminer_x_info, type: info, group: miner, labels: [], "
                         "help: \"A.\"}\n"),
            1)
      << "OpenMetrics calls both antminer_x";
  EXPECT_EQ(GenerateText(""), 1) << "no families";
  EXPECT_EQ(Generate(folder_ / "missing.yaml"), 1);
}

}  // namespace
}  // namespace antx
