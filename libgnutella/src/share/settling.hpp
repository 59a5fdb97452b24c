#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gnutella::share {

/// Files that somebody may still be writing: each waits until it has been left alone for a while.
class Settling {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Settling(std::chrono::milliseconds settle_time) : settle_time_(settle_time) {}

    /// The file changes: it waits from now on.
    void touch(const std::string& path, Time now);
    /// The file need not wait any more.
    void forget(const std::string& path);
    /// @return a file that has been left alone for long enough, and forgets it; nullopt when there is none.
    std::optional<std::string> take(Time now);
    /// When to ask next. It may be earlier than any file is ready.
    std::optional<Time> deadline() const;

    /// Whether no file waits, but for those that have been changing all the time for long, such as a program's log:
    /// nobody should wait for them.
    bool settled() const noexcept { return waiting_.size() == restless_; }

  private:
    struct Wait {
        Time since;
        Time until;
        bool restless = false;
    };
    using Turn = std::pair<Time, std::string>;

    std::chrono::milliseconds settle_time_;
    std::unordered_map<std::string, Wait> waiting_;
    std::size_t restless_ = 0;
    // Each file once, or again when it was forgotten and touched in between; its time may have become later.
    std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
};

}  // namespace gnutella::share
