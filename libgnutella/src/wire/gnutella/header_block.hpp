#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::wire {

/// The lines of a handshake up to the empty one: a first line, and headers (Gnutella 0.6, 2.1; RFC 822, 3).
class HeaderBlock {
  public:
    const std::string& first_line() const noexcept { return first_line_; }

    /// The value of a header, whatever the case of its name; of several of that name all, with commas between them.
    /// Empty when there is none.
    std::string_view value(std::string_view name) const noexcept;
    bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
    std::size_t size() const noexcept { return headers_.size(); }

  private:
    friend class HeaderBlockReader;
    struct Header {
        std::string name;
        std::string value;
    };
    const Header* find(std::string_view name) const noexcept;

    std::string first_line_;
    std::vector<Header> headers_;
};

struct HeaderLimits {
    /// Of the whole block, in bytes.
    std::size_t max_size = 16 * 1024;
    /// Of lines, the first and continuations among them.
    std::size_t max_lines = 128;
};

/// Reads a block as it comes, cut wherever it may be.
class HeaderBlockReader {
  public:
    enum class Outcome : std::uint8_t {
        incomplete,
        complete,
        too_large,  ///< over HeaderLimits: nothing more is read
        malformed,  ///< a line that is no header, or a NUL: nothing more is read
    };
    struct Step {
        Outcome outcome = Outcome::incomplete;
        /// Bytes at the front that belong to the block: all, unless it is complete.
        std::size_t consumed = 0;
    };

    explicit HeaderBlockReader(HeaderLimits limits = {}) noexcept : limits_(limits) {}

    Step feed(std::string_view bytes);

    /// What was read, after Outcome::complete.
    const HeaderBlock& block() const noexcept { return block_; }

    /// Begins another block.
    void reset();

  private:
    Outcome take_line(std::string_view line);
    Outcome continue_header(std::string_view line);
    Outcome add_header(std::string_view line);

    HeaderLimits limits_;
    HeaderBlock block_;
    std::string line_;  // the last one, as far as it has come
    std::size_t size_ = 0;
    std::size_t lines_ = 0;
    HeaderBlock::Header* continued_ = nullptr;
};

/// Whether both are the same but for the case of ASCII letters.
bool same_but_for_case(std::string_view one, std::string_view other) noexcept;

/// A text without white space at either end.
std::string_view trimmed(std::string_view text) noexcept;

/// Takes the part up to the next `separator` from the front, trimmed; the separator too.
std::string_view take_part(std::string_view& list, char separator) noexcept;

}  // namespace gnutella::wire
