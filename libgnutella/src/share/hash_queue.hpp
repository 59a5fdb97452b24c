#pragma once

#include "file_hashing.hpp"

#include <gnutella/error.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gnutella::share {

/// Files to be hashed, the small ones first. A huge one that is under way gives way to smaller ones that come, and goes
/// on after them from where it was.
class HashQueue {
  public:
    /// A file that has been hashed, or could not be.
    struct Result {
        std::string path;
        std::optional<HashedContent> content;
        /// The file as it was hashed, when it was.
        FileStamp stamp;
        /// Error::file_unreadable or Error::file_changed.
        error_code error;
    };

    /// One that waits already, or is under way, is hashed once.
    void add(const std::string& path, std::uint64_t size);
    /// Hashes it no more. @param size as it was added with.
    void cancel(const std::string& path, std::uint64_t size);
    bool empty() const noexcept { return waiting_.empty() && under_way_.empty(); }

    /// Reads a piece of at most 1 MiB of one file. @return that file, when it was its last piece.
    std::optional<Result> advance();

  private:
    struct Job {
        std::string path;
        FileHashing hashing;
    };

    // Bounds the files that are open at once.
    static constexpr std::size_t max_under_way = 4;

    bool next_is_due() const;
    std::optional<Result> begin_next();

    std::set<std::pair<std::uint64_t, std::string>> waiting_;
    std::vector<Job> under_way_;  // each smaller than the one before; the last is read
};

}  // namespace gnutella::share
