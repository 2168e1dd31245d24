#include "model/pool_target.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

std::string Parsed(std::string_view text) {
  const auto target = ParsePoolTarget(text);
  if (!target) return "none";
  return target->host + (target->port ? " port " + std::to_string(*target->port) : "");
}

TEST(PoolTarget, IsHostAndPortOfWhatMinersPrint) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"stratum+tcp://pool.example:3333", "pool.example port 3333"},
      {"pool.example:3333", "pool.example port 3333"},
      {"POOL.Example:3333", "pool.example port 3333"},
      {"pool.example.", "pool.example"},
      {"pool.example.:25", "pool.example port 25"},
      {"stratum+ssl://pool.example", "pool.example"},
      {"stratum+tcp://user:word@pool.example:3333", "pool.example port 3333"},
      {"stratum+tcp://good.example:3333@evil.example:3333", "evil.example port 3333"},
      {"stratum2+tcp://v2.pool.example/u95GEReVMjK6k5YqiSFNqqTnKU4ypU2W", "v2.pool.example"},
      {"stratum2+tcp://v2.pool.example:3336/u95GERe", "v2.pool.example port 3336"},
      {"stratum+tcp://pool.example:3333/#xnsub", "pool.example port 3333"},
      {"pool.example:3333#xnsub", "pool.example port 3333"},
      {"pool.example:3333?extra=1", "pool.example port 3333"},
      {"192.0.2.7:3333", "192.0.2.7 port 3333"},
      {"stratum+tcp://[2001:DB8:0:0::1]:3333", "2001:db8::1 port 3333"},
      {"[2001:db8::1]", "2001:db8::1"},
      {"2001:db8::1", "2001:db8::1"},
      {"  pool.example:3333 ", "pool.example port 3333"},
      // It is open which host is meant, or there is none.
      {"stratum+tcp://evil.example:3333/@pool.example:3333", "none"},
      {"evil.example:3333?@pool.example", "none"},
      {"evil.example:3333#@pool.example", "none"},
      {"[2001:db8::1]x", "none"},
      {"[2001:db8::1", "none"},
      {"pool.example:0", "none"},
      {"pool.example:65536", "none"},
      {"pool.example:33:33", "none"},
      {"pool.example:+3333", "none"},
      {"pool.example:", "none"},
      {":3333", "none"},
      {"stratum+tcp://", "none"},
      {"", "none"},
  };
  for (const auto& [text, expected] : rows) EXPECT_EQ(Parsed(text), expected) << text;
}

TEST(PoolTarget, MatchesHostPatterns) {
  struct Row {
    std::string_view pattern, target;
    bool matches;
  };
  const Row rows[] = {
      {"pool.example", "pool.example:3333", true},
      {"pool.example", "pool.example", true},
      {"Pool.EXAMPLE", "pool.example:3333", true},
      {"pool.example.", "pool.example:3333", true},
      {"pool.example:3333", "pool.example:3333", true},
      {"pool.example:3333", "pool.example:4444", false},
      {"pool.example:3333", "pool.example", false},
      {"pool.example", "eu.pool.example:3333", false},
      {"pool.example", "evilpool.example:3333", false},
      {"pool.example", "pool.example.evil.test:3333", false},
      {"*.pool.example", "eu.pool.example:3333", true},
      {"*.pool.example", "a.eu.pool.example:3333", true},
      {"*.pool.example", "pool.example:3333", false},
      {"*.pool.example", "evilpool.example:3333", false},
      {"*.pool.example", ".pool.example:3333", false},
      {"*.pool.example:3333", "eu.pool.example:3333", true},
      {"*.pool.example:3333", "eu.pool.example:25", false},
      {"xn--pol-hoa.example", "xn--pol-hoa.example:3333", true},
      {"xn--pol-hoa.example", "p\xC3\xB6ol.example:3333", false},
      {"pool.example", "pool\xFF.example:3333", false},
      {"192.0.2.7", "192.0.2.7:3333", true},
      {"192.0.2.7", "192.0.2.70:3333", false},
      {"2001:db8::1", "[2001:0db8::0:1]:3333", true},
      {"[2001:db8::1]:3333", "[2001:db8::1]:3333", true},
      {"[2001:db8::1]:3333", "[2001:db8::1]:3334", false},
      {"2001:db8::1", "[2001:db8::2]:3333", false},
  };
  for (const Row& row : rows) {
    const auto target = ParsePoolTarget(row.target);
    ASSERT_TRUE(target) << row.target;
    EXPECT_TRUE(IsPoolHostPattern(row.pattern)) << row.pattern;
    EXPECT_EQ(PoolHostMatches(row.pattern, *target), row.matches)
        << row.pattern << " on " << row.target;
  }
}

TEST(PoolTarget, RefusesPatternsThatMeanNothing) {
  for (const char* text :
       {"", "*", "*.", "**.pool.example", "pool.*", "stratum+tcp://pool.example:3333",
        "user@pool.example", "pool.example/path", "pool example", "p\xC3\xB6ol.example",
        "pool..example", ".pool.example", "pool.example:0", "pool.example:70000", "*.2001:db8::1",
        "*.[2001:db8::1]", "[2001:db8::1"}) {
    EXPECT_FALSE(IsPoolHostPattern(text)) << text;
  }
}

TEST(PoolTarget, AccountsEndAtTheFirstDot) {
  struct Row {
    std::string_view pattern, user;
    bool matches;
  };
  const Row rows[] = {
      {"acme", "acme.rig7", true},
      {"acme", "acme", true},
      {"acme", "acme.a.b", true},
      {"acme", "acme2.rig7", false},
      {"acme", "Acme.rig7", false},
      {"acme", "evil.acme", false},
      {"acme", "", false},
      {"acme*", "acme2.rig7", true},
      {"acme*", "acme.rig7", true},
      {"acme*", "evil.acme", false},
      {"bc1qexample", "bc1qexample.x", true},
      {"acme", ".acme", false},
      {"acme", "acme\xFF.rig7", false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(PoolAccountMatches(row.pattern, row.user), row.matches)
        << row.pattern << " on " << row.user;
  }
}

TEST(PoolTarget, MasksTheAccountAndKeepsTheWorker) {
  EXPECT_EQ(MaskedPoolUser("account.rig7"), "ac***.rig7");
  EXPECT_EQ(MaskedPoolUser("acme.rig7"), "ac***.rig7");
  EXPECT_EQ(MaskedPoolUser("bob.rig7"), "***.rig7");
  EXPECT_EQ(MaskedPoolUser("bc1qexampleexample"), "bc***");
  EXPECT_EQ(MaskedPoolUser(".rig7"), "***.rig7");
  EXPECT_EQ(MaskedPoolUser(""), "***");
  EXPECT_EQ(MaskedPoolUser("account.a\nb"), "ac***.a\\x0ab");
  EXPECT_EQ(MaskedPoolUser("account." + std::string(500, 'w')).size(), 5 + 32U);
  // A letter of more than one byte is shown whole or not at all.
  EXPECT_EQ(MaskedPoolUser("\xE4\xBA\xBA\xE4\xBA\xBA.rig7"), "***.rig7");
}

}  // namespace
}  // namespace antx
