#include "control/silence_book.h"

#include <gtest/gtest.h>

#include <map>

namespace antx {
namespace {

using std::chrono::minutes;
using Kind = SilenceJob::Kind;

/// An Alertmanager in memory: does what the jobs say.
class SilenceBookTest : public ::testing::Test {
 protected:
  struct Held {
    SilenceMark mark;
    bool over = false;
    int writes = 0;
  };

  void Begin(const std::string& key, std::vector<std::string> miners, int length = 10) {
    const auto pieces = SilencePieces({std::move(miners), "", ""}, {});
    EXPECT_EQ(book_.Begin(key, pieces, now_ + minutes(length), "why"), SilenceBook::Begun::kYes);
  }
  std::vector<ListedSilence> List() const {
    std::vector<ListedSilence> list;
    for (const auto& [id, held] : server_) list.push_back({id, held.mark, "then", held.over});
    return list;
  }
  void Do(const SilenceJob& job) {
    ++requests_;
    if (job.kind == Kind::kList) return book_.Listed(List());
    if (job.kind == Kind::kDelete) {
      server_.erase(job.id);
      return book_.Gone(job);
    }
    const std::string id = job.id.empty() ? "id" + std::to_string(next_id_++) : job.id;
    Held& held = server_[id];
    held.mark = {"here", job.key, static_cast<int>(job.piece)};
    ++held.writes;
    book_.Posted(job, id);
  }
  /// Works until nothing is left to do.
  void Work() {
    for (int i = 0; i < 1000; ++i) {
      const auto job = book_.Next(now_);
      if (!job) return;
      Do(*job);
    }
    FAIL() << "the book never comes to rest";
  }
  std::vector<std::string> Keys() const {
    std::vector<std::string> keys;
    for (const auto& [id, held] : server_) {
      if (!held.over) keys.push_back(held.mark.key);
    }
    return keys;
  }

  SystemTime now_{std::chrono::seconds(1'757'620'800)};
  std::map<std::string, Held> server_;
  SilenceBook book_{"here"};
  int next_id_ = 1;
  int requests_ = 0;
};

TEST_F(SilenceBookTest, WithNothingToDoNothingIsAsked) {
  Work();
  EXPECT_EQ(requests_, 0);
  EXPECT_TRUE(book_.Empty());
}

TEST_F(SilenceBookTest, OpensAndEnds) {
  Begin("run 7", {"a", "b"});
  Work();
  EXPECT_EQ(Keys(), (std::vector<std::string>{"run_7"}));
  EXPECT_EQ(requests_, 2);  // A look at what is there, and the silence.
  EXPECT_FALSE(book_.End("run 7", now_, now_));
  Work();
  EXPECT_TRUE(server_.empty());
  EXPECT_TRUE(book_.Empty());
  EXPECT_FALSE(book_.End("never begun", now_ + minutes(6), now_));
  Work();
  EXPECT_EQ(requests_, 3);
}

TEST_F(SilenceBookTest, GoesOnForAsLongAsAlertsKeepFiring) {
  Begin("long", {"a"}, 90);
  Begin("short", {"b"}, 4);
  Work();
  EXPECT_TRUE(book_.End("long", now_ + minutes(6), now_));
  EXPECT_TRUE(book_.End("short", now_ + minutes(6), now_));
  Work();
  EXPECT_EQ(Keys(), (std::vector<std::string>{"long", "short"}));
  EXPECT_EQ(requests_, 4) << "the list, two silences, and the new end of one";
  EXPECT_EQ(book_.FirstEnd(), now_ + minutes(4)) << "never longer than it was to last";
  now_ += minutes(6);
  Work();
  EXPECT_TRUE(book_.Empty()) << "the Alertmanager ends it by itself";
  EXPECT_EQ(book_.TakeExpired(), 0U);
}

TEST_F(SilenceBookTest, NothingNamedIsNoSilence) {
  EXPECT_EQ(book_.Begin("k", {}, now_ + minutes(1), ""), SilenceBook::Begun::kNothingNamed);
  Work();
  EXPECT_EQ(requests_, 0);
}

TEST_F(SilenceBookTest, EndedBeforeItWasOpenedNothingIsOpened) {
  Begin("k", {"a"});
  book_.End("k", now_, now_);
  Work();
  EXPECT_TRUE(server_.empty());
  EXPECT_TRUE(book_.Empty());
}

TEST_F(SilenceBookTest, TheSameKeyAgainChangesWhatIsOpen) {
  std::vector<std::string> many;
  for (int i = 0; i < 450; ++i) many.push_back("miner" + std::to_string(i));
  Begin("k", many);
  Work();
  EXPECT_EQ(server_.size(), 3U);
  Begin("k", {"a"}, 60);
  Work();
  ASSERT_EQ(server_.size(), 1U);
  EXPECT_EQ(server_.begin()->first, "id1");
  EXPECT_EQ(server_.begin()->second.writes, 2);
}

TEST_F(SilenceBookTest, TheSameThingAgainIsNoRequest) {
  Begin("k", {"a"});
  Work();
  const int before = requests_;
  Begin("k", {"a"});
  Work();
  EXPECT_EQ(requests_, before);
}

TEST_F(SilenceBookTest, WhatIsTakenOverKeepsItsStart) {
  server_["old"] = {{"here", "k", 0}};
  Begin("k", {"a"});
  Do(*book_.Next(now_));
  const auto change = book_.Next(now_);
  EXPECT_EQ(change->id, "old");
  EXPECT_NE(change->body.find("\"startsAt\":\"then\""), std::string::npos);
}

TEST_F(SilenceBookTest, ChangedWhileTheAnswerIsOutIsWrittenAgain) {
  Begin("k", {"a"});
  Do(*book_.Next(now_));  // The list.
  const auto post = book_.Next(now_);
  Begin("k", {"a", "b"});
  Do(*post);
  Work();
  ASSERT_EQ(server_.size(), 1U);
  EXPECT_EQ(server_.begin()->second.writes, 2);
}

TEST_F(SilenceBookTest, EndedWhileTheAnswerIsOutIsDeleted) {
  Begin("k", {"a"});
  Do(*book_.Next(now_));
  const auto post = book_.Next(now_);
  book_.End("k", now_, now_);
  Do(*post);
  Work();
  EXPECT_TRUE(server_.empty());
}

TEST_F(SilenceBookTest, ALostAnswerOpensNoSecondSilence) {
  Begin("k", {"a"});
  Do(*book_.Next(now_));
  const auto post = book_.Next(now_);
  server_["lost"] = {{"here", post->key, 0}};  // It came through, the answer did not.
  book_.Recheck();
  Work();
  ASSERT_EQ(server_.size(), 1U);
  EXPECT_EQ(server_.begin()->first, "lost");
  book_.Recheck();
  book_.End("k", now_, now_);
  Work();
  EXPECT_TRUE(server_.empty());
}

TEST_F(SilenceBookTest, ALostAnswerThatWasToBeEndedIsEnded) {
  Begin("k", {"a"});
  Do(*book_.Next(now_));
  const auto post = book_.Next(now_);
  server_["lost"] = {{"here", post->key, 0}};
  book_.Recheck();
  book_.End("k", now_, now_);
  Work();
  EXPECT_TRUE(server_.empty());
}

TEST_F(SilenceBookTest, AfterARestartWhatGoesOnIsTakenOverAndTheRestEnded) {
  server_["old1"] = {{"here", "maintenance-1", 0}};
  server_["old2"] = {{"here", "run-9", 0}};
  server_["done"] = {{"here", "run-8", 0}, true};
  server_["theirs"] = {{"elsewhere", "run-9", 0}};
  Begin("maintenance-1", {"a"});
  Work();
  EXPECT_EQ(server_.size(), 4U);  // Nothing is ended before it is settled what goes on.
  EXPECT_EQ(server_["old1"].writes, 1);
  book_.Settle();
  Work();
  EXPECT_TRUE(server_.contains("old1"));
  EXPECT_FALSE(server_.contains("old2"));
  EXPECT_TRUE(server_.contains("theirs"));
  EXPECT_TRUE(server_.contains("done"));
}

TEST_F(SilenceBookTest, WhatTheAlertmanagerLostIsOpenedAgain) {
  Begin("k", {"a"});
  Work();
  server_.clear();
  book_.Recheck();
  Work();
  EXPECT_EQ(server_.size(), 1U);
}

TEST_F(SilenceBookTest, WhatSomebodyEndedByHandStaysEnded) {
  Begin("k", {"a"});
  Work();
  server_.begin()->second.over = true;
  book_.Recheck();
  Work();
  EXPECT_TRUE(Keys().empty());
  book_.End("k", now_, now_);
  Work();
  EXPECT_TRUE(book_.Empty());
}

TEST_F(SilenceBookTest, AnUnknownIdIsOpenedAnew) {
  Begin("k", {"a"});
  Work();
  server_.clear();
  Begin("k", {"a"}, 60);
  const auto change = book_.Next(now_);
  ASSERT_EQ(change->id, "id1");
  book_.Gone(*change);  // 404
  Work();
  EXPECT_EQ(server_.begin()->first, "id2");
}

TEST_F(SilenceBookTest, OverByItselfNeedsNoRequest) {
  Begin("k", {"a"}, 10);
  Work();
  const int before = requests_;
  now_ += minutes(10);
  Work();
  EXPECT_EQ(requests_, before);
  EXPECT_TRUE(book_.Empty());
  EXPECT_EQ(book_.TakeExpired(), 0U);
}

TEST_F(SilenceBookTest, NeverOpenedInTimeIsCounted) {
  Begin("k", {"a"}, 10);
  now_ += minutes(10);
  Work();
  EXPECT_EQ(requests_, 0);
  EXPECT_EQ(book_.TakeExpired(), 1U);
  EXPECT_EQ(book_.TakeExpired(), 0U);
}

TEST_F(SilenceBookTest, RefusedIsGivenUpWithAllItsPieces) {
  std::vector<std::string> many;
  for (int i = 0; i < 300; ++i) many.push_back("miner" + std::to_string(i));
  Begin("k", many);
  Do(*book_.Next(now_));
  Do(*book_.Next(now_));
  book_.Refused(*book_.Next(now_));
  Work();
  EXPECT_TRUE(server_.empty());
  EXPECT_TRUE(book_.Empty());
}

TEST_F(SilenceBookTest, AnotherAlertmanagerGetsThemAll) {
  Begin("k", {"a"});
  Begin("l", {"b"});
  Work();
  server_.clear();
  book_.ForgetIds();
  Work();
  EXPECT_EQ(server_.size(), 2U);
}

TEST_F(SilenceBookTest, HoldsSoManyKeysAndNoMore) {
  const auto pieces = SilencePieces({{"a"}, "", ""}, {});
  for (std::size_t i = 0; i < SilenceBook::kMostKeys; ++i) Begin("k" + std::to_string(i), {"a"});
  EXPECT_EQ(book_.Begin("more", pieces, now_ + minutes(1), ""), SilenceBook::Begun::kFull);
  EXPECT_EQ(book_.Begin("k3", pieces, now_ + minutes(1), ""), SilenceBook::Begun::kYes);
  EXPECT_EQ(book_.FirstEnd(), now_ + minutes(1));
}

}  // namespace
}  // namespace antx
