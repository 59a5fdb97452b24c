#pragma once

#include <cstddef>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>

namespace gnutella::wire {

// The Gnutella Generic Extension Protocol 0.5 (GGEP, document revision 0.51).

/// The byte that a block begins with. "GGEP Extension Prefix".
inline constexpr char ggep_magic = '\xC3';

/// What a value may inflate to, where it does not say otherwise. No message that is of use comes near.
inline constexpr std::size_t max_ggep_value = 16 * 1024;

/// One extension, as it stands in a block.
struct GgepExtension {
    /// One to fifteen bytes.
    std::string_view id;
    /// Not decoded yet.
    std::string_view data;
    bool cobs = false;
    bool deflated = false;
};

/// Reads the extensions of blocks that are packed one against another.
class GgepReader {
  public:
    /// @param bytes may be empty; anything else begins with ggep_magic.
    explicit GgepReader(std::string_view bytes) noexcept : rest_(bytes) {}

    /// @return nullopt at the end; what comes behind the last block is in rest() then. Also where the bytes are no
    /// GGEP:
    ///     broken() tells.
    std::optional<GgepExtension> next() noexcept;

    bool broken() const noexcept { return broken_; }
    std::string_view rest() const noexcept { return rest_; }

  private:
    std::optional<GgepExtension> fail() noexcept;

    std::string_view rest_;
    bool in_block_ = false;
    bool broken_ = false;
};

/// What an extension says, without COBS and deflate.
/// @param room what was encoded is decoded into; its size is the bound. What was not, is not copied.
/// @return nullopt when it is not encoded as it says, or too long for the room.
std::optional<std::string_view> ggep_value(const GgepExtension& extension, std::span<char> room);

/// The same, in memory of the size that it needs.
/// @param max_size of the decoded value.
std::optional<std::string_view> ggep_value(const GgepExtension& extension, std::pmr::memory_resource& memory,
                                           std::size_t max_size = max_ggep_value);

/// How many bytes at the front are GGEP blocks: 0 when there is none, or it is broken.
std::size_t ggep_length(std::string_view bytes) noexcept;

/// The first extension of that name.
std::optional<GgepExtension> find_ggep(std::string_view blocks, std::string_view id) noexcept;

}  // namespace gnutella::wire
