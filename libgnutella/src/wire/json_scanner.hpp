#pragma once

#include "wire/json_block.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gnutella::wire {

/// Finds where the JSON object at the front of a stream ends, and stops what is too long or too deep while it comes. It
/// follows strings and brackets only: whether what is between them is JSON, the parser says. It keeps no bytes and
/// looks at each one once, however the object is cut into pieces.
class JsonScanner {
  public:
    enum class Found : std::uint8_t { end, incomplete, no_object, too_large, too_deep };

    JsonScanner(std::size_t max_size, std::size_t max_depth) : max_size_(max_size), max_depth_(max_depth) {}

    /// @param bytes the stream from the first byte of the object; after Found::incomplete the same bytes and more.
    Found scan(std::string_view bytes) noexcept;

    /// After Found::end: the object's length.
    std::size_t length() const noexcept { return scanned_; }

    /// Makes ready for the next object.
    void reset() noexcept;

  private:
    // Takes out of the block what is escaped by a backslash, and the backslashes.
    void drop_escaped(JsonBlock& block, std::size_t size) noexcept;

    std::size_t max_size_;
    std::size_t max_depth_;
    std::size_t scanned_ = 0;
    std::size_t depth_ = 0;
    bool in_string_ = false;
    bool escaped_ = false;  // the next byte is, by a backslash before it
};

}  // namespace gnutella::wire
