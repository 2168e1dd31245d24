// A program killed in the middle of writes, again and again: the file stays sound, and every
// round that was told to be written is there.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "history/block.h"
#include "history/compaction.h"
#include "unit/history/history_fixture.h"

namespace antx {
namespace {

using std::chrono::seconds;

constexpr int kKills = 100;

class KillTest : public HistoryTest {
 protected:
  /// Writes rounds and tells each one through the pipe, until it is killed.
  [[noreturn]] void WriteForEver(int told) {
    auto db = Db::Open(path_);
    if (db.has_error()) _exit(1);
    auto store = HistoryStore::Open(std::move(*db));
    if (store.has_error()) _exit(2);
    // Each life goes on where the rows end, an hour later: compaction always has work.
    const auto newest = (*store)->db().Number("SELECT max(ts) FROM raw_fleet");
    if (newest) clock_.system = FromMilliseconds(*newest);
    clock_.Pass(seconds(3600));
    while (true) {
      clock_.Pass(seconds(30));
      std::vector<std::shared_ptr<MinerView>> miners;
      for (int miner = 1; miner <= 20; ++miner) miners.push_back(Miner(miner, clock_.system, 1e14));
      if ((*store)->WriteRound(*Fleet(miners), Now(), seconds(30)).has_error()) _exit(3);
      if (write(told, "x", 1) != 1) _exit(4);
      if (CompactSome((*store)->db(), Milliseconds(clock_.system), 100).has_error()) _exit(5);
    }
  }

  /// Lets a writer live until it has told some rounds, kills it, and returns how many it told.
  int OneLife(int rounds, useconds_t more) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      WriteForEver(ends[1]);
    }
    close(ends[1]);
    int told = 0;
    char byte = 0;
    while (told < rounds && read(ends[0], &byte, 1) == 1) ++told;
    usleep(more);  // Not a wait: it moves the kill into the middle of a write.
    kill(child, SIGKILL);
    while (read(ends[0], &byte, 1) == 1) ++told;
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "ended by itself with " << WEXITSTATUS(status);
    return told;
  }

  /// Rows of the fleet in raw tables and chunks.
  std::size_t StoredRounds() {
    auto store = OpenStore();
    EXPECT_TRUE(store->db().IsSound());
    const SystemTime end = clock_.system + std::chrono::hours(24 * 3650);
    while (CompactSome(store->db(), Milliseconds(end)).value().more) {
    }
    std::size_t rounds = 0;
    auto rows =
        store->db().Prepare("SELECT data FROM chunks WHERE (id & 16777215) = 0 AND id < (1 << 56)");
    while (rows->Step()) rounds += UnpackBlock(rows->Blob(0), 12).value().size();
    return rounds;
  }
};

TEST_F(KillTest, AHundredKillsLoseNothingThatWasWritten) {
  std::mt19937 random(11);
  std::size_t told = 0;
  for (int i = 0; i < kKills; ++i) {
    told += static_cast<std::size_t>(
        OneLife(static_cast<int>(random() % 5) + 1, static_cast<useconds_t>(random() % 8000)));
    auto db = Db::Open(path_);
    ASSERT_TRUE(db->IsSound()) << "after kill " << i + 1;
  }
  const std::size_t stored = StoredRounds();
  EXPECT_GE(stored, told);
  EXPECT_LE(stored, told + kKills) << "at most the round in flight is there untold";
}

}  // namespace
}  // namespace antx
