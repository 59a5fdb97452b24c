#pragma once

#include "wire/frame.hpp"
#include "wire/gnutella/gnutella_decoder.hpp"

#include <gtest/gtest.h>

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gnutella::wire {

/// Bytes, and the first message in them with all that it points to.
struct DecodedBinary {
    explicit DecodedBinary(std::string input, DecodeLimits limits = {}) : bytes(std::move(input)) {
        step = GnutellaDecoder(limits).next(bytes, memory, message);
    }
    explicit DecodedBinary(const Frame& frame) : DecodedBinary(std::string(frame.bytes())) {}

    bool is_message() const { return step.outcome == DecodeOutcome::message && step.consumed == bytes.size(); }
    std::optional<Malformed> dropped_for() const {
        return step.outcome == DecodeOutcome::dropped ? std::optional(step.problem) : std::nullopt;
    }
    /// Ends the test, with a word about it, when the message is of another kind.
    template <class Kind>
    const Kind& as() const {
        return std::get<Kind>(message.body);
    }

    std::string bytes;
    std::pmr::monotonic_buffer_resource memory;
    Message message;
    DecodeStep step;
};

/// A message of that type and payload.
inline std::string message_of(unsigned type, std::string_view payload) {
    std::string bytes = "0123456789abcdef";
    bytes += static_cast<char>(type);
    bytes += '\x05';
    bytes += '\x02';
    for (unsigned at = 0; at < 4; ++at) {
        bytes += static_cast<char>(payload.size() >> 8 * at & 0xFF);
    }
    return bytes.append(payload);
}

}  // namespace gnutella::wire
