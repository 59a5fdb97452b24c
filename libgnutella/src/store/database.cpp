#include "store/database.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>

namespace gnutella::store {

namespace {

constexpr int busy_timeout_ms = 5'000;
constexpr int busy_pause_ms = 5;

}  // namespace

std::unique_ptr<Database> Database::open(const std::filesystem::path& path, error_code& error) {
    std::unique_ptr<Database> database(new Database);
    sqlite3* connection = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &connection,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    database->connection_.reset(connection);
    error = database->meaning(result);
    if (error) {
        return nullptr;
    }
    sqlite3_busy_timeout(connection, busy_timeout_ms);
    return database;
}

void Database::execute(const std::string& statements, error_code& error) {
    error = meaning(sqlite3_exec(connection_.get(), statements.c_str(), nullptr, nullptr, nullptr));
}

void Database::use_write_ahead_log(error_code& error) {
    // Several that open a new database at once may each hold what the other needs for this. SQLite then says so at
    // once, without the wait of sqlite3_busy_timeout.
    int result = SQLITE_BUSY;
    for (int waited = 0; result == SQLITE_BUSY && waited < busy_timeout_ms; waited += busy_pause_ms) {
        if (waited > 0) {
            sqlite3_sleep(busy_pause_ms);
        }
        result = sqlite3_exec(connection_.get(), "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr) & 0xFF;
    }
    error = meaning(result);
}

void Database::limit_size(std::uint64_t bytes, error_code& error) {
    error = {};
    if (bytes == 0) {
        return;
    }
    const std::int64_t page_size = number("PRAGMA page_size", error);
    if (!error && page_size > 0) {
        const auto pages = std::max<std::uint64_t>(1, bytes / static_cast<std::uint64_t>(page_size));
        number("PRAGMA max_page_count = " + std::to_string(pages), error);
    }
}

std::int64_t Database::number(std::string_view statement, error_code& error) {
    error = {};
    Statement prepared(*this, statement, error);
    return !error && prepared.step(error) ? prepared.number(0) : 0;
}

std::string Database::text(std::string_view statement, error_code& error) {
    error = {};
    Statement prepared(*this, statement, error);
    return !error && prepared.step(error) ? std::string(prepared.text(0)) : std::string();
}

error_code Database::meaning(int result) noexcept {
    switch (result & 0xFF) {  // the rest of it is detail
        case SQLITE_OK:
        case SQLITE_ROW:
        case SQLITE_DONE:
            return {};
        case SQLITE_FULL:
            return Error::state_full;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN: {
            // A quota, or a file beside the database: SQLite has no result for these.
            const int reason = connection_ ? sqlite3_system_errno(connection_.get()) : 0;
            return reason == ENOSPC || reason == EDQUOT ? Error::state_full : Error::state_unusable;
        }
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            corrupt_ = true;
            return Error::state_unusable;
        default:
            return Error::state_unusable;
    }
}

void Database::Close::operator()(sqlite3* connection) const noexcept {
    sqlite3_close(connection);
}

Statement::Statement(Database& database, std::string_view text, error_code& error) : database_(database) {
    if (error) {
        return;
    }
    sqlite3_stmt* statement = nullptr;
    error = database.meaning(sqlite3_prepare_v2(database.connection_.get(), text.data(), static_cast<int>(text.size()),
                                                &statement, nullptr));
    statement_.reset(statement);
}

void Statement::reset() {
    if (!statement_) {
        return;
    }
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    next_parameter_ = 1;
}

Statement& Statement::bind(std::int64_t number) {
    sqlite3_bind_int64(statement_.get(), next_parameter_++, number);
    return *this;
}

Statement& Statement::bind(std::string_view text) {
    sqlite3_bind_text64(statement_.get(), next_parameter_++, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(std::span<const std::byte> bytes) {
    // Without an address SQLite takes it for NULL, which no bytes are not.
    const void* const data = bytes.empty() ? "" : static_cast<const void*>(bytes.data());
    sqlite3_bind_blob64(statement_.get(), next_parameter_++, data, bytes.size(), SQLITE_STATIC);
    return *this;
}

bool Statement::step(error_code& error) {
    const int result = sqlite3_step(statement_.get());
    error = database_.meaning(result);
    return result == SQLITE_ROW;
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::span<const std::byte> Statement::bytes(int column) const {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

Transaction::Transaction(Database& database, error_code& error)
    : database_(database), open_((database.execute("BEGIN IMMEDIATE", error), !error)) {}

Transaction::~Transaction() {
    if (open_) {
        error_code ignored;  // an error that ended the transaction by itself leaves nothing to undo
        database_.execute("ROLLBACK", ignored);
    }
}

void Transaction::commit(error_code& error) {
    database_.execute("COMMIT", error);
    open_ = static_cast<bool>(error);
}

}  // namespace gnutella::store
