#pragma once

#include "file_descriptor.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gnutella::share {

/// What happened in a directory that is watched.
struct DirectoryChange {
    enum class Kind : std::uint8_t {
        file_written,    ///< a file of that name is new, was written to, or has other permissions
        file_gone,       ///< a file of that name was removed or moved away
        folder_changed,  ///< a folder of that name is new or has other permissions
        folder_gone,     ///< a folder of that name was removed or moved away
        itself,          ///< the directory itself was changed, moved, removed, or is no longer watched
        overflow,        ///< so much happened that some of it was lost: everything must be read again
    };
    Kind kind = Kind::overflow;
    std::string_view directory;
    std::string_view name;
};

/// Directories watched with inotify. Of one that cannot be watched, changes are only seen by reading it again.
class DirectoryWatches {
  public:
    static constexpr int none = -1;

    /// Watches nothing, and never will, unless started.
    void start();

    /// @return `none` when it cannot be watched.
    int watch(const std::string& directory);
    /// Ends the watch, if it is still that of this directory.
    void unwatch(int watch, const std::string& directory);

    /// Hands over what has happened since the last call; does not wait.
    void read(const std::function<void(const DirectoryChange&)>& handle);

    /// Becomes readable when something happens; -1 when nothing is watched.
    int descriptor() const noexcept { return inotify_.get(); }

  private:
    FileDescriptor inotify_;
    std::unordered_map<int, std::string> directories_;
};

}  // namespace gnutella::share
