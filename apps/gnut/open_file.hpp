#pragma once

#include <gnutella/error.hpp>

#include <filesystem>

namespace gnut {

/// A file that is open for reading; it can be read to its end even after its name is gone.
class OpenFile {
  public:
    OpenFile() = default;
    ~OpenFile();
    OpenFile(OpenFile&& other) noexcept;
    OpenFile& operator=(OpenFile&& other) noexcept;

    static OpenFile open(const std::filesystem::path& path, gnutella::error_code& error);

    explicit operator bool() const noexcept { return descriptor_ >= 0; }

    /// Writes all of it to another descriptor. Blocks.
    gnutella::error_code pour_into(int descriptor) const;

  private:
    int descriptor_ = -1;
};

}  // namespace gnut
