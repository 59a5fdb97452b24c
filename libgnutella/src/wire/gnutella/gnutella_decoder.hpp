#pragma once

#include "wire/decode_step.hpp"
#include "wire/message.hpp"

#include <memory_resource>
#include <string_view>

namespace gnutella::wire {

/// Cuts a stream of Gnutella 0.6 messages and decodes them: what JsonDecoder is for JSON. It remembers nothing, since a
/// message says at its front how long it is.
class GnutellaDecoder {
  public:
    using Outcome = DecodeOutcome;
    using Step = DecodeStep;

    explicit GnutellaDecoder(DecodeLimits limits = {}) noexcept : limits_(limits) {}

    /// Takes the next message from the front of `bytes`. A payload that is none of its type is `dropped`, and the
    /// stream goes on; a length over DecodeLimits::max_message_size is `malformed`, since such a stream is out of step
    /// (Gnutella 0.6, 2.2.1).
    /// @param memory holds the list of results of a Query Hit. All else is a view into `bytes`.
    /// @param out valid, after Outcome::message, as long as `bytes` and `memory`.
    Step next(std::string_view bytes, std::pmr::memory_resource& memory, Message& out) const;

  private:
    DecodeLimits limits_;
};

}  // namespace gnutella::wire
