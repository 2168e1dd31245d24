#include "unit/api/pages_fixture.h"

#include <algorithm>

#include "api/router.h"

namespace antx::testing {

std::shared_ptr<MinerView> PagesTest::AddMiner(const std::string& address) {
  auto reading = std::make_shared<Reading>();
  reading->identity.model = "Antminer S19";
  reading->identity.algorithm = "sha256";
  reading->hashrate_hashes_per_second = 95e12;
  for (int i = 0; i < 3; ++i) {
    BoardReading board;
    board.board = std::to_string(i);
    board.hashrate_hashes_per_second = 31e12;
    board.chips = board.chips_expected = 76;
    board.chip_celsius = {{0, 70.0F}};
    reading->boards.push_back(board);
  }
  reading->boards_expected = 3;
  reading->fans = {{1, 5000}, {2, 4900}};
  auto miner = std::make_shared<MinerView>();
  miner->facts.address = *Ipv4::Parse(address);
  miner->facts.id = address;
  miner->identity = reading->identity;
  miner->identity.firmware = "stock";
  miner->state = MinerState::kHashing;
  miner->polled = miner->up = true;
  miner->mining = true;
  miner->last_success = clock_.Now() - std::chrono::seconds(3);
  miner->hashrate_expected_hashes_per_second = 95e12;
  miner->power = Power{3250, PowerSource::kTable};
  miner->rated_joules_per_terahash = 34.5;
  miner->reading = reading;
  miners_.push_back(miner);
  return miner;
}

void PagesTest::Publish() {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->taken = clock_.Now();
  snapshot->miners.assign(miners_.begin(), miners_.end());
  std::sort(snapshot->miners.begin(), snapshot->miners.end(),
            [](const auto& a, const auto& b) { return a->facts.address < b->facts.address; });
  box_.Publish(snapshot);
}

HttpResponse PagesTest::Get(const std::string& path) const {
  HttpRequest request;
  request.method = "GET";
  const auto mark = path.find('?');
  request.path = path.substr(0, mark);
  if (mark != std::string::npos) request.query = Query(path.substr(mark + 1));
  const auto routes = AllRoutes("/metrics");
  const RouteMatch match = FindRoute(routes, "GET", request.path);
  if (match.route == nullptr) return ErrorResponse(404, "no route");
  request.path_parameters = match.path_parameters;
  return match.route->handle(context_, request);
}

int CountOf(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace antx::testing
