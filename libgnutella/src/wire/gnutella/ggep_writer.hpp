#pragma once

#include "wire/gnutella/ggep.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gnutella::wire {

/// Writes one GGEP block. Without an extension it writes nothing at all.
class GgepWriter {
  public:
    enum class Nuls : std::uint8_t {
        allowed,
        /// Values with a NUL are encoded by COBS: for results, whose extensions end at the first NUL.
        forbidden,
    };

    /// The longest value that a block can hold. "Length Encoding".
    static constexpr std::size_t max_length = (1U << 18) - 1;

    /// @param to what the block is appended to. Nobody else may append to it before the last extension is in.
    explicit GgepWriter(std::string& to, Nuls nuls = Nuls::allowed) noexcept : to_(to), nuls_(nuls) {}

    /// @param id one to fifteen bytes, none of them NUL.
    /// @param value at most max_length bytes, encoded.
    /// Throws std::invalid_argument otherwise.
    void add(std::string_view id, std::string_view value = {});
    /// The same, deflated when that makes it shorter. Only worth it where sessions are not compressed ("Gnutella
    /// Traffic Compression", 4).
    void add_deflated(std::string_view id, std::string_view value);
    /// An extension as it was read: what we do not know survives. Where NULs are forbidden it must have none.
    void add(const GgepExtension& extension);

  private:
    void write(const GgepExtension& extension);

    std::string& to_;
    Nuls nuls_;
    std::size_t last_flags_ = 0;  // where the flags of the last extension are; 0 before the first
};

}  // namespace gnutella::wire
