#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gnutella::wire {

// What the decoders of both dialects have in common, so that what reads a stream does not care which it is.

struct DecodeLimits {
    /// Of a whole message, in bytes: in the binary dialect of what follows its header.
    std::size_t max_message_size = 64 * 1024;
    /// Of objects and lists in one another; JSON alone.
    std::size_t max_nesting = 8;
    /// Of a QUERY-HIT; further ones are passed over.
    std::size_t max_results = 64;
    /// Of a PONG; further ones are passed over. JSON alone.
    std::size_t max_hosts = 10;
};

/// Why bytes are no message. docs/json-dialect.md, "Bad input", and docs/gnutella-dialect.md, "Bad input".
enum class Malformed : std::uint8_t {
    not_json,       ///< not JSON, or not an object, or not UTF-8
    too_large,      ///< longer than DecodeLimits::max_message_size
    too_deep,       ///< nested deeper than DecodeLimits::max_nesting
    missing_field,  ///< no `type`, or no `id` where one is needed
    wrong_kind,     ///< a value of the wrong kind, or out of its range
    cut_short,      ///< a binary message that ends before its fields do
    not_deflated,   ///< a compressed stream that is none
    too_dense,      ///< a compressed stream that becomes many times itself
};

/// The reason that a BYE gives for it: a short sentence.
std::string_view reason_of(Malformed malformed) noexcept;

enum class DecodeOutcome : std::uint8_t {
    message,       ///< the next message is there
    unknown_type,  ///< a message of a type that we do not know; passed over
    dropped,       ///< a binary message with a payload that is none (see DecodeStep::problem); passed over
    incomplete,    ///< more bytes are needed
    malformed,     ///< see DecodeStep::problem; the stream is of no more use
};

struct DecodeStep {
    DecodeOutcome outcome = DecodeOutcome::incomplete;
    /// Bytes at the front that are done with. For `incomplete` these are white space only: call again with the rest, at
    /// the same place or moved elsewhere, and what has come after it.
    std::size_t consumed = 0;
    Malformed problem = Malformed::not_json;
};

}  // namespace gnutella::wire
