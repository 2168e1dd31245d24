#include "history/state_store.h"

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "util/text.h"

namespace antx {
namespace {

// Times are Unix seconds, baseline is a list of H/s separated by blanks.
constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS schema_version (component TEXT PRIMARY KEY, version INTEGER NOT NULL);
INSERT OR IGNORE INTO schema_version VALUES ('miner_state', 3);
CREATE TABLE IF NOT EXISTS miner_state (
  address TEXT PRIMARY KEY, id TEXT NOT NULL, source INTEGER NOT NULL,
  type TEXT, model TEXT, algorithm TEXT, firmware TEXT, firmware_version TEXT, api_version TEXT,
  mac TEXT, hostname TEXT, serial TEXT, join_refused INTEGER NOT NULL,
  first_seen REAL NOT NULL, last_seen REAL NOT NULL,
  restarts REAL NOT NULL, pool_switches REAL NOT NULL,
  energy_reported REAL, energy_estimated REAL,
  last_success REAL, mining_start REAL, last_elapsed REAL,
  active_pool TEXT, baseline TEXT, last_power REAL, last_power_source INTEGER,
  program TEXT) WITHOUT ROWID;
)sql";

constexpr std::int64_t kSchemaVersion = 3;
/// Index: the version it starts from. The rows of before stay in a table of their own: the file may
/// be far too large to be copied for this.
constexpr std::array<const char*, 3> kMigrations = {
    "",
    "BEGIN IMMEDIATE;"
    "ALTER TABLE miner_state ADD COLUMN last_power REAL;"
    "ALTER TABLE miner_state ADD COLUMN last_power_source INTEGER;"
    "UPDATE schema_version SET version = 2 WHERE component = 'miner_state';"
    "COMMIT;",
    "BEGIN IMMEDIATE;"
    "CREATE TABLE miner_state_before_v3 AS SELECT * FROM miner_state;"
    "ALTER TABLE miner_state ADD COLUMN program TEXT;"
    "UPDATE schema_version SET version = 3 WHERE component = 'miner_state';"
    "COMMIT;",
};

constexpr std::string_view kInsert =
    "INSERT INTO miner_state VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr std::string_view kSelect =
    "SELECT address,id,source,type,model,algorithm,firmware,firmware_version,api_version,mac,"
    "hostname,serial,join_refused,first_seen,last_seen,restarts,pool_switches,energy_reported,"
    "energy_estimated,last_success,mining_start,last_elapsed,active_pool,baseline,last_power,"
    "last_power_source,program FROM miner_state";

SystemTime FromUnix(double seconds) {
  return SystemTime(
      std::chrono::duration_cast<SystemTime::duration>(std::chrono::duration<double>(seconds)));
}

std::optional<SystemTime> OptionalTime(const std::optional<double>& seconds) {
  if (!seconds) return std::nullopt;
  return FromUnix(*seconds);
}

std::optional<double> OptionalUnix(const std::optional<SystemTime>& time) {
  if (!time) return std::nullopt;
  return UnixSeconds(*time);
}

std::string JoinBaseline(const std::vector<double>& samples) {
  std::string text;
  for (const double sample : samples) text += std::to_string(sample) + ' ';
  return text;
}

void BindRow(DbStatement& row, const PersistedMiner& miner) {
  int column = 0;
  const Identity& identity = miner.identity;
  row.Bind(++column, miner.address.ToString());
  row.Bind(++column, miner.id);
  row.Bind(++column, static_cast<std::int64_t>(miner.source));
  for (const std::string* text :
       {&identity.type, &identity.model, &identity.algorithm, &identity.firmware,
        &identity.firmware_version, &identity.api_version, &identity.mac, &identity.hostname,
        &identity.serial}) {
    row.Bind(++column, *text);
  }
  row.Bind(++column, static_cast<std::int64_t>(miner.join_refused ? 1 : 0));
  row.Bind(++column, UnixSeconds(miner.first_seen));
  row.Bind(++column, UnixSeconds(miner.last_seen));
  const OwnedCounters& counters = miner.counters;
  row.Bind(++column, counters.restarts);
  row.Bind(++column, counters.pool_switches);
  row.Bind(++column, counters.energy_reported_seen
                         ? std::optional<double>(counters.energy_reported_joules)
                         : std::nullopt);
  row.Bind(++column, counters.energy_estimated_seen
                         ? std::optional<double>(counters.energy_estimated_joules)
                         : std::nullopt);
  row.Bind(++column, OptionalUnix(miner.last_success));
  row.Bind(++column, OptionalUnix(miner.mining_start));
  row.Bind(++column, miner.last_elapsed_seconds);
  row.Bind(++column, miner.active_pool);
  row.Bind(++column, JoinBaseline(miner.baseline));
  const auto& power = miner.last_power;
  row.Bind(++column, power ? std::optional<double>(power->watts) : std::nullopt);
  row.Bind(++column, static_cast<std::int64_t>(power.value_or(Power{}).source));
  row.Bind(++column, identity.program);
}

std::optional<PersistedMiner> ReadRow(const DbStatement& row) {
  int column = 0;
  PersistedMiner miner;
  const auto address = Ipv4::Parse(row.Text(column++));
  miner.id = row.Text(column++);
  const std::int64_t source = row.Int(column++);
  if (!address || miner.id.empty() || source < 0 ||
      source > static_cast<std::int64_t>(DiscoverySource::kRestored)) {
    return std::nullopt;
  }
  miner.address = *address;
  miner.source = static_cast<DiscoverySource>(source);
  Identity& identity = miner.identity;
  for (std::string* text : {&identity.type, &identity.model, &identity.algorithm,
                            &identity.firmware, &identity.firmware_version, &identity.api_version,
                            &identity.mac, &identity.hostname, &identity.serial}) {
    *text = row.Text(column++);
  }
  miner.join_refused = row.Int(column++) != 0;
  miner.first_seen = FromUnix(row.Double(column++));
  miner.last_seen = FromUnix(row.Double(column++));
  OwnedCounters& counters = miner.counters;
  counters.restarts = row.Double(column++);
  counters.pool_switches = row.Double(column++);
  const auto reported = row.OptionalDouble(column++);
  const auto estimated = row.OptionalDouble(column++);
  counters.energy_reported_seen = reported.has_value();
  counters.energy_reported_joules = reported.value_or(0);
  counters.energy_estimated_seen = estimated.has_value();
  counters.energy_estimated_joules = estimated.value_or(0);
  miner.last_success = OptionalTime(row.OptionalDouble(column++));
  miner.mining_start = OptionalTime(row.OptionalDouble(column++));
  miner.last_elapsed_seconds = row.OptionalDouble(column++);
  miner.active_pool = row.Text(column++);
  const std::string baseline = row.Text(column++);
  for (const std::string_view sample : SplitList(baseline, " ")) {
    if (const auto value = ParseDouble(sample)) miner.baseline.push_back(*value);
  }
  const auto watts = row.OptionalDouble(column++);
  const std::int64_t power_source = row.Int(column++);
  if (watts && power_source >= 0 &&
      power_source <= static_cast<std::int64_t>(PowerSource::kDefault)) {
    miner.last_power = Power{*watts, static_cast<PowerSource>(power_source)};
  }
  identity.program = row.Text(column);
  return miner;
}

DbResult<std::int64_t> Version(Db& db) {
  auto row = db.Prepare("SELECT version FROM schema_version WHERE component = 'miner_state'");
  if (row.has_error()) return row.error();
  if (!row->Step()) return db.LastError();
  return row->Int(0);
}

DbResult<void> Migrate(Db& db, const std::string& path) {
  const auto version = Version(db);
  if (version.has_error()) return version.error();
  if (*version < 1 || *version > kSchemaVersion) {
    return DbError{DbError::Kind::kOther,
                   "database " + path + ": table miner_state has version " +
                       std::to_string(*version) + ", known are 1 to " +
                       std::to_string(kSchemaVersion) +
                       "; a newer exporter made it: use that one, or another storage.path"};
  }
  for (auto from = static_cast<std::size_t>(*version); from < kMigrations.size(); ++from) {
    const auto done = db.Execute(kMigrations.at(from));
    if (done.has_error()) {
      (void)db.Execute("ROLLBACK");
      return done.error();
    }
  }
  return {};
}

}  // namespace

DbResult<StateStore> StateStore::Open(const std::string& path) {
  auto db = Db::Open(path);
  if (db.has_error()) return db.error();
  if (!db->IsSound()) {
    return DbError{DbError::Kind::kDamaged,
                   "database " + path +
                       ": the file is damaged and was not touched; move it away to start an empty "
                       "one, or salvage it with `sqlite3 FILE .recover`"};
  }
  const auto schema = db->Execute(kSchema);
  if (schema.has_error()) return schema.error();
  const auto migrated = Migrate(*db, path);
  if (migrated.has_error()) return migrated.error();
  return StateStore(std::move(*db));
}

DbResult<std::vector<PersistedMiner>> StateStore::Load() {
  auto rows = db_.Prepare(kSelect);
  if (rows.has_error()) return rows.error();
  std::vector<PersistedMiner> miners;
  while (rows->Step()) {
    if (auto miner = ReadRow(*rows)) miners.push_back(std::move(*miner));
  }
  if (rows->Failed()) return db_.LastError();
  return miners;
}

DbResult<void> StateStore::Save(const std::vector<PersistedMiner>& miners) {
  const auto begun = db_.Execute("BEGIN IMMEDIATE");
  if (begun.has_error()) return begun.error();
  auto done = Replace(miners);
  if (done.has_value()) done = db_.Execute("COMMIT");
  if (done.has_error()) {
    (void)db_.Execute("ROLLBACK");  // Fails when SQLite rolled back by itself: fine.
    return done.error();
  }
  return {};
}

DbResult<void> StateStore::Replace(const std::vector<PersistedMiner>& miners) {
  const auto emptied = db_.Execute("DELETE FROM miner_state");
  if (emptied.has_error()) return emptied.error();
  auto insert = db_.Prepare(kInsert);
  if (insert.has_error()) return insert.error();
  for (const PersistedMiner& miner : miners) {
    BindRow(*insert, miner);
    (void)insert->Step();
    if (insert->Failed()) return db_.LastError();
    insert->Reset();
  }
  return {};
}

}  // namespace antx
