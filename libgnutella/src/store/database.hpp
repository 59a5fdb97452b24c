#pragma once

#include <gnutella/error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace gnutella::store {

/// A connection to an SQLite database, for one thread at a time. Errors are Error::state_full, and
/// Error::state_unusable for all else.
class Database {
  public:
    /// Opens the database, or creates it. Nothing is read yet: a file that is no database is found out by the first
    /// statement. Another connection's lock is waited for, up to 5 s.
    /// @param path ":memory:" for one that is kept nowhere.
    static std::unique_ptr<Database> open(const std::filesystem::path& path, error_code& error);

    /// Runs statements that give no rows.
    void execute(const std::string& statements, error_code& error);
    /// Makes the database keep a write-ahead log from now on (https://sqlite.org/wal.html): readers and one writer at a
    /// time do not wait for each other.
    void use_write_ahead_log(error_code& error);
    /// Lets the file grow up to that many bytes, and no further; 0: as far as there is room on the disk. What it takes
    /// already it keeps.
    void limit_size(std::uint64_t bytes, error_code& error);
    /// Runs a statement that gives one number, such as "PRAGMA user_version"; 0 with `error`.
    std::int64_t number(std::string_view statement, error_code& error);
    /// Runs a statement that gives one text; empty with `error`.
    std::string text(std::string_view statement, error_code& error);

    /// Whether any statement so far has found that the file is no database, or a damaged one.
    bool corrupt() const noexcept { return corrupt_; }
    /// Says so, when it was found out otherwise.
    void note_corrupt() noexcept { corrupt_ = true; }

  private:
    friend class Statement;
    struct Close {
        void operator()(sqlite3* connection) const noexcept;
    };

    Database() = default;
    // What a result of SQLite's means here.
    error_code meaning(int result) noexcept;

    std::unique_ptr<sqlite3, Close> connection_;
    bool corrupt_ = false;
};

/// A prepared statement, used again and again. It must not outlive its database.
class Statement {
  public:
    /// @param error set when the statement cannot be prepared. When it is set before, nothing is done, so that the
    /// first
    ///     error of many statements is kept. What has an error does nothing but fail.
    Statement(Database& database, std::string_view text, error_code& error);

    /// Begins anew, without parameters.
    void reset();
    /// Gives the parameters their values, from the first on. Text and bytes must stay until the next reset().
    Statement& bind(std::int64_t number);
    Statement& bind(std::string_view text);
    Statement& bind(std::span<const std::byte> bytes);

    /// Runs to the next row. @return whether there is one.
    bool step(error_code& error);
    /// Resets, and runs a statement that gives no row, with these parameters.
    template <class... Values>
    void run(error_code& error, const Values&... values) {
        reset();
        (bind(values), ...);
        step(error);
        reset();
    }

    /// The row's columns, counted from 0; views are valid until the next step() or reset().
    std::int64_t number(int column) const;
    std::string_view text(int column) const;
    std::span<const std::byte> bytes(int column) const;

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    Database& database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int next_parameter_ = 1;
};

/// Changes that happen together or not at all: undone unless committed. It takes the write lock at once.
class Transaction {
  public:
    Transaction(Database& database, error_code& error);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    void commit(error_code& error);

  private:
    Database& database_;
    bool open_;
};

}  // namespace gnutella::store
