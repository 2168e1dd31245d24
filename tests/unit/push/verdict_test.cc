#include "push/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace antx {
namespace {

using Action = PushVerdict::Action;
using Kind = HttpError::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kOrigin = "https://receiver.example:443";

PushVerdict OfStatus(int status, std::optional<seconds> retry_after = std::nullopt) {
  return JudgePush(HttpAnswer{status, "secret body", retry_after}, kOrigin);
}
PushVerdict OfError(Kind kind, int status = 0) {
  return JudgePush(HttpError{kind, "it broke", status}, kOrigin);
}

TEST(JudgePush, FollowsTheTableOfStatuses) {
  struct Row {
    int status;
    Action action;
    const char* reason;
  };
  for (const Row& row :
       {Row{200, Action::kDelivered, ""}, Row{204, Action::kDelivered, ""},
        Row{304, Action::kRetry, "http_other"}, Row{400, Action::kDrop, "http_4xx"},
        Row{401, Action::kDrop, "http_4xx"}, Row{408, Action::kRetry, "http_408"},
        Row{413, Action::kDrop, "http_4xx"}, Row{429, Action::kRetry, "http_429"},
        Row{500, Action::kRetry, "http_5xx"}, Row{503, Action::kRetry, "http_5xx"},
        Row{599, Action::kRetry, "http_5xx"}}) {
    const PushVerdict verdict = OfStatus(row.status);
    EXPECT_EQ(verdict.action, row.action) << row.status;
    EXPECT_EQ(verdict.reason, row.reason) << row.status;
    EXPECT_EQ(verdict.detail.find("secret"), std::string::npos);
    if (row.action != Action::kDelivered) {
      EXPECT_EQ(verdict.detail.find(kOrigin), 0U) << verdict.detail;
      EXPECT_NE(std::find(kPushFailures.begin(), kPushFailures.end(), verdict.reason),
                kPushFailures.end());
    }
  }
}

TEST(JudgePush, KeepsTheRecordsWhenNoAnswerCame) {
  for (const Kind kind : {Kind::kConnect, Kind::kTimeout, Kind::kTls, Kind::kTooLarge,
                          Kind::kRedirect, Kind::kOther}) {
    const PushVerdict verdict = OfError(kind);
    EXPECT_EQ(verdict.action, Action::kRetry);
    EXPECT_EQ(verdict.reason, HttpErrorName(kind));
    EXPECT_EQ(verdict.detail, "it broke");
  }
}

TEST(JudgePush, AHugeAnswerToATakenRequestIsNoFailure) {
  EXPECT_EQ(OfError(Kind::kTooLarge, 200).action, Action::kDelivered);
  EXPECT_EQ(OfError(Kind::kTooLarge, 500).action, Action::kRetry);
  EXPECT_EQ(OfError(Kind::kTimeout, 200).action, Action::kRetry);
}

TEST(JudgePush, TakesRetryAfterUpToFiveMinutes) {
  EXPECT_EQ(OfStatus(429, seconds(7)).retry_after, seconds(7));
  EXPECT_EQ(OfStatus(503, seconds(86400)).retry_after, seconds(300));
  EXPECT_EQ(OfStatus(429).retry_after, seconds(0));
}

TEST(JudgePush, PointsToTheKeyWhenItIsRefused) {
  EXPECT_NE(OfStatus(401).detail.find("push.api_key"), std::string::npos);
  EXPECT_EQ(OfStatus(400).detail.find("push.api_key"), std::string::npos);
}

TEST(PushPause, DoublesThenRests) {
  const auto full = [](int failures, int tries) {
    return PushPause(failures, tries, 1, seconds(0));
  };
  EXPECT_EQ(full(1, 3), seconds(1));
  EXPECT_EQ(full(2, 3), seconds(2));
  EXPECT_EQ(full(3, 3), seconds(4));
  EXPECT_EQ(full(4, 3), seconds(60));
  EXPECT_EQ(full(1, 0), seconds(60));
  EXPECT_EQ(full(6, 100), seconds(32));
  EXPECT_EQ(full(7, 100), seconds(60));
  EXPECT_EQ(full(2000000000, 100), seconds(60));
}

TEST(PushPause, IsSpreadByChance) {
  EXPECT_EQ(PushPause(2, 3, 0, seconds(0)), milliseconds(1000));
  EXPECT_EQ(PushPause(2, 3, 0.5, seconds(0)), milliseconds(1500));
  EXPECT_EQ(PushPause(2, 3, 7, seconds(0)), milliseconds(2000)) << "chance out of its range";
}

TEST(PushPause, IsNeverShorterThanTheReceiverAsks) {
  EXPECT_EQ(PushPause(1, 3, 0, seconds(20)), seconds(20));
  EXPECT_EQ(PushPause(9, 3, 1, seconds(20)), seconds(60));
}

}  // namespace
}  // namespace antx
