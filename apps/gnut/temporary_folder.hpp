#pragma once

#include <filesystem>

namespace gnut {

/// A folder of our own below TMPDIR (or /tmp), which is removed with all that is in it.
class TemporaryFolder {
  public:
    /// @throws std::runtime_error when it cannot be made, with a sentence that says so.
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace gnut
