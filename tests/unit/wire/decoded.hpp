#pragma once

#include "wire/json_decoder.hpp"

#include <gtest/gtest.h>

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gnutella::wire {

/// Bytes, and the first message in them with all that it points to.
struct Decoded {
    explicit Decoded(std::string input, DecodeLimits limits = {}) : bytes(std::move(input)) {
        JsonDecoder decoder(limits);
        step = decoder.next(bytes, memory, message);
    }
    explicit Decoded(std::string_view input) : Decoded(std::string(input)) {}
    explicit Decoded(const char* input) : Decoded(std::string(input)) {}

    JsonDecoder::Outcome outcome() const { return step.outcome; }
    bool is_message() const { return step.outcome == JsonDecoder::Outcome::message; }
    std::optional<Malformed> problem() const {
        return step.outcome == JsonDecoder::Outcome::malformed ? std::optional(step.problem) : std::nullopt;
    }
    /// Ends the test, with a word about it, when the message is of another kind.
    template <class Kind>
    const Kind& as() const {
        return std::get<Kind>(message.body);
    }

    std::string bytes;
    std::pmr::monotonic_buffer_resource memory;
    Message message;
    JsonDecoder::Step step;
};

}  // namespace gnutella::wire
