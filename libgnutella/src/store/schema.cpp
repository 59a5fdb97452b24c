#include "store/schema.hpp"

#include <array>
#include <string>

namespace gnutella::store {

namespace {

constexpr std::int64_t application_id = 0x676E7574;  // "gnut": SQLite's mark of whose database it is

// Step n brings a database of version n to version n + 1. A step that was released is never changed.
constexpr std::array steps = {
    // Paths are bytes: a folder's name may be anything.
    R"(CREATE TABLE hashes (
           path BLOB PRIMARY KEY,
           size INTEGER NOT NULL,
           modified INTEGER NOT NULL,
           sha1 BLOB NOT NULL,
           tiger BLOB NOT NULL,
           seen INTEGER NOT NULL
       ) WITHOUT ROWID;
       CREATE TABLE hosts (
           position INTEGER PRIMARY KEY,
           host TEXT NOT NULL,
           port INTEGER NOT NULL
       );)",
    // The trees of files of more than one block: the Tiger roots of the blocks, one after another.
    R"(CREATE TABLE trees (
           tiger BLOB NOT NULL,
           size INTEGER NOT NULL,
           leaves BLOB NOT NULL,
           seen INTEGER NOT NULL,
           PRIMARY KEY (tiger, size)
       );)",
    R"(CREATE TABLE downloads (
           id BLOB PRIMARY KEY,
           position INTEGER NOT NULL,
           urn TEXT NOT NULL,
           folder BLOB NOT NULL,
           name TEXT NOT NULL,
           when_there INTEGER NOT NULL,
           size INTEGER NOT NULL,
           paused INTEGER NOT NULL DEFAULT 0,
           blocks BLOB NOT NULL DEFAULT x'',
           leaves BLOB NOT NULL DEFAULT x'',
           UNIQUE (urn, folder)
       ) WITHOUT ROWID;
       CREATE TABLE download_sources (
           download BLOB NOT NULL,
           name TEXT NOT NULL,
           size INTEGER NOT NULL,
           host TEXT NOT NULL,
           port INTEGER NOT NULL,
           peer BLOB NOT NULL,
           key BLOB NOT NULL,
           transports BLOB NOT NULL
       );
       CREATE INDEX sources_of_download ON download_sources (download);)",
    // The dialect that a host is spoken to in, by its name; empty when it is not known.
    R"(ALTER TABLE hosts ADD COLUMN dialect TEXT NOT NULL DEFAULT '';)",
    // What it takes to reach a source of Gnutella 0.6: the number of its file there, and who passes a Push on to it, a
    // "host:port" after another with a space between.
    R"(ALTER TABLE download_sources ADD COLUMN dialect TEXT NOT NULL DEFAULT '';
       ALTER TABLE download_sources ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
       ALTER TABLE download_sources ADD COLUMN firewalled INTEGER NOT NULL DEFAULT 0;
       ALTER TABLE download_sources ADD COLUMN push_proxies TEXT NOT NULL DEFAULT '';
       ALTER TABLE download_sources ADD COLUMN tls INTEGER NOT NULL DEFAULT 0;
       ALTER TABLE download_sources ADD COLUMN client TEXT NOT NULL DEFAULT '';)",
};

bool is_foreign(Database& database, error_code& error) {
    const std::int64_t owner = database.number("PRAGMA application_id", error);
    if (error || owner == application_id) {
        return false;
    }
    return owner != 0 || database.number("SELECT count(*) FROM sqlite_schema", error) > 0;
}

void check_pages(Database& database, error_code& error) {
    const std::string verdict = database.text("PRAGMA quick_check(1)", error);
    if (!error && verdict != "ok") {
        database.note_corrupt();
        error = Error::state_unusable;
    }
}

}  // namespace

void prepare(Database& database, error_code& error) {
    check_pages(database, error);
    if (error) {
        return;
    }
    database.use_write_ahead_log(error);
    if (error) {
        return;
    }
    // A commit does not wait for the disk: after a power cut the last changes may be lost, but never the database.
    database.execute("PRAGMA synchronous = NORMAL", error);
    if (error) {
        return;
    }
    Transaction transaction(database, error);
    if (error) {
        return;
    }
    const std::int64_t version = database.number("PRAGMA user_version", error);
    if (error) {
        return;
    }
    if (is_foreign(database, error) || version < 0 || version > static_cast<std::int64_t>(steps.size())) {
        error = Error::state_unusable;
        return;
    }
    for (auto step = static_cast<std::size_t>(version); step < steps.size() && !error; ++step) {
        database.execute(steps[step], error);
    }
    if (!error) {
        database.execute("PRAGMA application_id = " + std::to_string(application_id) +
                             "; PRAGMA user_version = " + std::to_string(steps.size()),
                         error);
    }
    if (!error) {
        transaction.commit(error);
    }
}

}  // namespace gnutella::store
