#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gnutella::transfer {

/// Some bytes of a file, one after another.
struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;

    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// What a Range header asks for, before it is known how long the file is (RFC 9110, 14.1.2).
struct RangeRequest {
    /// Offset of the first byte; nullopt: the last `suffix_length` bytes are wanted.
    std::optional<std::uint64_t> first;
    /// Offset of the last byte; nullopt: to the end.
    std::optional<std::uint64_t> last;
    std::uint64_t suffix_length = 0;

    friend bool operator==(const RangeRequest&, const RangeRequest&) = default;
};

/// Reads the value of a Range header: `bytes=a-b`, `bytes=a-` or `bytes=-n`. nullopt for anything else, several ranges
/// among it: such a header is ignored and the whole file sent, as RFC 9110, 14.2 allows.
std::optional<RangeRequest> parse_range(std::string_view value) noexcept;

/// The bytes that a request means in a file of that size; nullopt when there are none (416).
std::optional<ByteRange> resolve_range(const RangeRequest& request, std::uint64_t size) noexcept;

/// What a Content-Range header says (RFC 9110, 14.4).
struct ContentRange {
    /// The bytes that follow; nullopt in an answer to a range that cannot be satisfied (`bytes */1234`).
    std::optional<ByteRange> range;
    /// The size of the whole; nullopt when the sender does not know it (`bytes 0-9/*`).
    std::optional<std::uint64_t> size;

    friend bool operator==(const ContentRange&, const ContentRange&) = default;
};

/// Reads the value of a Content-Range header; nullopt when it is not well-formed or contradicts itself. `bytes=0-9/10`
/// and `bytes:0-9/10`, as some Gnutella clients write it, are read too.
std::optional<ContentRange> parse_content_range(std::string_view value) noexcept;

/// `bytes 0-9/10`. The range must not be empty.
std::string content_range_text(const ByteRange& range, std::uint64_t size);

}  // namespace gnutella::transfer
