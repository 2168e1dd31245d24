// A real Prometheus scrapes the exporter, and sees exactly what the simulator says.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "integration/harness.h"

namespace antx::testing {
namespace {

namespace json = boost::json;

class PrometheusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto program = InstalledProgram("prometheus");
    if (!program) GTEST_SKIP() << "prometheus is not installed (Debian package prometheus)";
    const std::string network = OwnNetwork();
    farm_.emplace(8, network + "1", std::vector<std::string>{"--frozen"});
    exporter_.emplace(network + "0/28");
    ASSERT_TRUE(exporter_->WaitReady()) << exporter_->Log();
  }

  /// Starts Prometheus with the exporter as its only target.
  void Scrape() {
    port_ = FreePort();
    const std::string config =
        folder_.Write("prometheus.yml",
                      "global: {scrape_interval: 1s}\nscrape_configs:\n  - job_name: antminer\n"
                      "    static_configs: [{targets: ['127.0.0.1:" +
                          std::to_string(exporter_->port()) + "']}]\n");
    prometheus_.emplace(
        std::vector<std::string>{*InstalledProgram("prometheus"), "--config.file=" + config,
                                 "--storage.tsdb.path=" + folder_.Path("data"),
                                 "--web.listen-address=127.0.0.1:" + std::to_string(port_)},
        Environment{});
    ASSERT_TRUE(WaitFor([this] { return Value("up") == 1; })) << prometheus_->Output();
  }

  /// The value of a query that gives one series.
  std::optional<double> Value(const std::string& query) {
    std::string encoded;
    for (const char c : query) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
        encoded += c;
      } else {
        static constexpr char kHex[] = "0123456789ABCDEF";
        encoded += '%';
        encoded += kHex[static_cast<unsigned char>(c) / 16];
        encoded += kHex[static_cast<unsigned char>(c) % 16];
      }
    }
    const auto reply = testing::Get(port_, "/api/v1/query?query=" + encoded);
    if (reply.status != 200) return std::nullopt;
    const json::value answer = json::parse(reply.body);
    const json::array& result = answer.at("data").at("result").as_array();
    if (result.size() != 1) return std::nullopt;
    return std::stod(std::string(result[0].at("value").at(1).as_string()));
  }

  TempFolder folder_;
  std::optional<Farm> farm_;
  std::optional<Exporter> exporter_;
  std::optional<Process> prometheus_;
  int port_ = 0;
};

TEST_F(PrometheusTest, SeesExactlyWhatTheMinersSay) {
  Scrape();
  EXPECT_TRUE(WaitFor([this] { return Value("count(antminer_up == 1)") == 8; }));
  const json::value list = json::parse(farm_->Control({"list"}));
  for (const auto& member : list.as_array()) {
    const std::string address(member.at("address").as_string());
    const auto truth = json::parse(farm_->Control({"get", address}));
    const std::string labels = "{miner=\"" + address + "\"}";
    const double rate = truth.at("hashrate").to_number<double>();
    // The API prints two decimals of its unit.
    EXPECT_NEAR(Value("antminer_hashrate_hashes_per_second" + labels).value_or(-1), rate,
                rate * 1e-4)
        << address;
    EXPECT_EQ(Value("antminer_shares_accepted_total" + labels),
              truth.at("accepted").to_number<double>())
        << address;
    EXPECT_EQ(Value("count(antminer_board_up" + labels + ")"),
              static_cast<double>(truth.at("boards").as_array().size()));
    double hottest = 0;
    for (const auto& celsius : truth.at("chip_celsius").as_array()) {
      hottest = std::max(hottest, celsius.to_number<double>());
    }
    EXPECT_EQ(Value("max(antminer_chip_temperature_celsius" + labels + ")"), hottest) << address;
    double rpm = 0;
    for (const auto& fan : truth.at("fan_rpm").as_array()) rpm += fan.to_number<double>();
    EXPECT_EQ(Value("sum(antminer_fan_rpm" + labels + ")"), rpm) << address;
  }
}

TEST_F(PrometheusTest, PromtoolHasNoFindings) {
  const auto promtool = InstalledProgram("promtool");
  if (!promtool) GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
  const std::string page = folder_.Write("page.txt", exporter_->Get("/metrics").body);
  const RunResult result = testing::Run({"/bin/sh", "-c", *promtool + " check metrics < " + page});
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_EQ(result.output, "");
}

TEST_F(PrometheusTest, OpenMetricsAreParsed) {
  const auto promtool = InstalledProgram("promtool");
  if (!promtool) GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
  // Block creation wants timestamps: the last field of each sample gets one.
  const std::string body =
      exporter_->Get("/metrics", {"Accept: application/openmetrics-text; version=1.0.0"}).body;
  std::string stamped;
  std::size_t begin = 0;
  while (begin < body.size()) {
    const auto end = body.find('\n', begin);
    const std::string line = body.substr(begin, end - begin);
    stamped += line + (line.starts_with('#') ? "\n" : " 1700000000\n");
    begin = end + 1;
  }
  const std::string page = folder_.Write("page.om", stamped);
  const RunResult result = testing::Run(
      {*promtool, "tsdb", "create-blocks-from", "openmetrics", page, folder_.Path("blocks")});
  EXPECT_EQ(result.code, 0) << result.output;
}

}  // namespace
}  // namespace antx::testing
